package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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

    @Test
    void idsAreWhatTheyAreCalledAndAllCount() throws IOException {
        Task task = task("2 2 0 2", false);
        assertThat(task.symbols()).containsExactly("0", "1", "2");
        assertThat(task.floor()).isEmpty();
        assertThat(task.unigramEntropy().orElseThrow()).isCloseTo(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), within(1e-15));
        assertThat(task.describe()).startsWith("token ids of ").endsWith("ids.txt: 4 of them, below 3, unigram entropy 0.562 nats");
    }

    @Test
    void aFileMayHoldMoreIdsThanRoomWasMadeForAndTheLargestOne() throws IOException {
        Task task = task(IntStream.range(0, 5000).mapToObj(i -> String.valueOf(i % 7)).collect(Collectors.joining(" ")), false);
        assertThat(task.batch(KEY, 1, 1, 4999).tokens()).isEqualTo(IntStream.range(0, 4999).map(i -> i % 7).toArray());
        assertThat(task("1048575", false).vocabulary()).isEqualTo(1 << 20);
    }

    @Test
    void validationHasWholeWindowsAloneAndBeginsAgainAfterTheLast() throws IOException {
        String ids = IntStream.range(0, 100).mapToObj(String::valueOf).collect(Collectors.joining(" "));
        Task task = task(ids, true);
        assertThat(task.validationBatches(2, 4)).isEqualTo(1);
        assertThat(task.validationBatches(8, 4)).as("windows are shown again").isEqualTo(1);
        assertThat(task.validationBatches(1, 10)).as("no window of eleven").isZero();
        assertThat(task.validationBatch(0, 3, 4).tokens()).containsExactly(90, 91, 92, 93, 95, 96, 97, 98, 90, 91, 92, 93);
        assertThat(task.validationBatch(1, 2, 1).tokens()).containsExactly(94, 96);
        assertThat(task(ids, false).validationBatches(1, 4)).as("nothing is kept back").isZero();
        assertThat(task(IntStream.range(0, 1000).mapToObj(String::valueOf).collect(Collectors.joining(" ")), true).validationBatches(1, 1)).as("at most").isEqualTo(20);
    }

    @Test
    void aTenthHasToHoldAWindowWhereItIsKeptForValidation() throws IOException {
        String ids = "0 ".repeat(40);
        task(ids, true).require(3);
        task(ids, false).require(39);
        assertThatThrownBy(() -> task(ids, true).require(4)).isInstanceOf(BadInput.class)
                .hasMessageEndingWith("the file has 40 ids; 50 are needed for windows of n_ctx + 1 = 5, with a tenth kept for validation (training.eval_every)");
        assertThatThrownBy(() -> task(ids, false).require(40)).isInstanceOf(BadInput.class).hasMessageEndingWith("40 ids; 41 are needed for windows of n_ctx + 1 = 41");
    }

    @Test
    void aWordThatIsNoIdIsShownReadably() throws IOException {
        assertThatThrownBy(() -> task("1 \u200B2", false)).hasMessageContaining("'<U+200B>2' is no token id");
        assertThatThrownBy(() -> task("1 2\u0007", false)).hasMessageContaining("'2<U+0007>' is no token id");
        assertThatThrownBy(() -> task("x".repeat(50), false)).hasMessageContaining("'" + "x".repeat(20) + "' is no token id");
    }
}
