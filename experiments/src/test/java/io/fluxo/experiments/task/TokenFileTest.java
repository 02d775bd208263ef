package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.random.RandomKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {

    private static final RandomKey KEY = RandomKey.of(1);

    @TempDir
    Path folder;

    @Test
    void windowsComeInOrderAndBeginAgain() throws IOException {
        Task task = task("0 1 2\n3\t4 5\r\n6 7 8 9 10", false); // three windows of three, and two ids left over
        assertThat(task.vocabulary()).isEqualTo(11);
        assertThat(task.batch(KEY, 1, 2, 2).tokens()).containsExactly(0, 1, 3, 4);
        assertThat(task.batch(KEY, 1, 2, 2).targets()).containsExactly(1, 2, 4, 5);
        assertThat(task.batch(KEY, 2, 2, 2).tokens()).containsExactly(6, 7, 0, 1);
        assertThat(task.batch(KEY.split(1), 3, 2, 2).tokens()).as("not drawn").containsExactly(3, 4, 6, 7);
    }

    @Test
    void validationIsTheLastTenth() throws IOException {
        Task task = task(IntStream.range(0, 100).mapToObj(String::valueOf).collect(Collectors.joining(" ")), true);
        for (int step = 1; step < 60; step++) {
            assertThat(Arrays.stream(task.batch(KEY, step, 3, 4).targets())).allMatch(id -> id < 90);
        }
        assertThat(task.validationBatches(1, 4)).isEqualTo(2);
        assertThat(task.validationBatch(1, 1, 4).tokens()).containsExactly(95, 96, 97, 98);
    }

    @Test
    void refusesWhatIsNoFileOfIds() throws IOException {
        assertThatThrownBy(() -> task("1 2\n3 four", false)).isInstanceOf(BadInput.class).hasMessageContaining("ids.txt:2: 'four' is no token id")
                .hasMessageContaining("from 0 to 1,048,575");
        assertThatThrownBy(() -> task("1 -2", false)).hasMessageContaining("'-2' is no token id");
        assertThatThrownBy(() -> task("1048576", false)).hasMessageContaining("no token id");
        assertThatThrownBy(() -> task("99999999999999999999999", false)).hasMessageContaining("no token id");
        assertThatThrownBy(() -> task(" \n", false)).hasMessageContaining("holds no token ids");
        assertThatThrownBy(() -> new Tasks(Fixtures.ALL).open(spec("none.txt"), false)).isInstanceOf(BadInput.class).hasMessageContaining("no such file of token ids");
        assertThatThrownBy(() -> task("1 2 3", false).require(3)).hasMessageContaining("3 ids; 4 are needed for windows of n_ctx + 1 = 4");
    }

    private Task task(String text, boolean holdOut) throws IOException {
        Files.writeString(folder.resolve("ids.txt"), text);
        return new Tasks(Fixtures.ALL).open(spec("ids.txt"), holdOut);
    }

    private TaskSpec spec(String name) {
        return TaskSpec.DEFAULT.with(TaskSpec.KIND, "tokens").with(TokenFile.FILE, folder.resolve(name).toString());
    }
}
