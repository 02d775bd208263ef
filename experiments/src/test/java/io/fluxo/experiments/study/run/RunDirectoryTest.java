package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {

    @TempDir
    Path folder;

    @Test
    void runsThatBeginInTheSameSecondGetFoldersOfTheirOwn() throws Exception {
        Path name = folder.resolve("runs/study-20260101-120000");
        CountDownLatch together = new CountDownLatch(1);
        Callable<Path> begin = () -> {
            together.await();
            return RunDirectory.createNext(name, false).root();
        };
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<Path>> begun = IntStream.range(0, 8).mapToObj(_ -> pool.submit(begin)).toList();
            together.countDown();
            List<String> names = new ArrayList<>();
            for (Future<Path> run : begun) {
                names.add(run.get().getFileName().toString());
            }
            assertThat(names).containsExactlyInAnyOrder("study-20260101-120000", "study-20260101-120000-2", "study-20260101-120000-3", "study-20260101-120000-4",
                    "study-20260101-120000-5", "study-20260101-120000-6", "study-20260101-120000-7", "study-20260101-120000-8");
        }
    }

    @Test
    void aFileInTheWayIsTold() throws IOException {
        Path file = Files.createFile(folder.resolve("runs"));
        assertThatThrownBy(() -> RunDirectory.createNext(file.resolve("study-1"), false)).isInstanceOf(BadInput.class).hasMessageContaining("is in the way, and is not a folder");
    }

    @Test
    void aFolderOfSomethingElseIsNotWrittenInto() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> RunDirectory.create(file, false)).isInstanceOf(BadInput.class).hasMessage("--out " + file + ": exists and is not a folder");
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.createFile(full.resolve("notes.txt"));
        assertThatThrownBy(() -> RunDirectory.create(full, false)).isInstanceOf(BadInput.class)
                .hasMessage("--out " + full + ": exists and is not empty; choose another folder, or continue a run with --resume DIR");
        Files.createFile(full.resolve("study.yaml"));
        assertThatThrownBy(() -> RunDirectory.create(full, false)).isInstanceOf(BadInput.class)
                .hasMessage("--out " + full + ": holds a run already; continue it with --resume " + full + ", or choose another folder");
    }

    /** What a run leaves that was cut off before study.yaml was there. */
    @Test
    void aFolderInWhichNothingBeganIsNew() throws IOException {
        for (String name : List.of(".lock", "environment.json", ".study.yaml123.tmp")) {
            Files.createFile(folder.resolve(name));
        }
        RunDirectory.create(folder, false).sweep();
        assertThat(folder.resolve(".lock")).exists();
        assertThat(folder.resolve("environment.json")).exists();
        assertThat(folder.resolve(".study.yaml123.tmp")).as("half written").doesNotExist();
        RunDirectory begun = RunDirectory.create(folder, false);
        begun.requireNew();
        Files.createFile(folder.resolve("study.yaml"));
        assertThatThrownBy(begun::requireNew).as("another process began meanwhile").isInstanceOf(BadInput.class).hasMessageContaining("holds a run already");
    }

    @Test
    void onlyTheFolderOfARunIsResumed() throws IOException {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> RunDirectory.resume(none, false)).isInstanceOf(BadInput.class).hasMessage(none + ": no such folder");
        Files.createFile(folder.resolve("study.yaml"));
        assertThatThrownBy(() -> RunDirectory.resume(folder, false)).isInstanceOf(BadInput.class)
                .hasMessage(folder + ": not the folder of a run: it lacks study.yaml or environment.json");
        Files.writeString(folder.resolve("environment.json"), "{\"seed\": 3}");
        assertThat(RunDirectory.resume(folder, false).environment().path("seed").intValue()).isEqualTo(3);
        Files.writeString(folder.resolve("environment.json"), "[]");
        assertThatThrownBy(RunDirectory.resume(folder, false)::environment).isInstanceOf(BadInput.class).hasMessage(folder.resolve("environment.json") + ": must be one JSON object");
        Files.writeString(folder.resolve("environment.json"), "{");
        assertThatThrownBy(RunDirectory.resume(folder, false)::environment).isInstanceOf(BadInput.class).hasMessageStartingWith(folder.resolve("environment.json") + ": cannot be read: ");
    }

    @Test
    void theOneModelOfATrainingStandsInTheFolderItself() {
        Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();
        assertThat(new RunDirectory(folder, true).model(trial)).isEqualTo(folder);
        assertThat(new RunDirectory(folder, false).model(trial)).isEqualTo(folder.resolve("trials").resolve(trial.id()).resolve("model"));
    }
}
