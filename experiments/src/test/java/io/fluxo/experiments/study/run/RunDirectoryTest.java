package io.fluxo.experiments.study.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
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
}
