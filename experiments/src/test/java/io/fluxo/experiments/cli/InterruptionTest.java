package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in a process of its own, as a person presses it. */
@DisabledOnOs(OS.WINDOWS)
class InterruptionTest {

    @TempDir
    Path folder;

    @Test
    void keepsWhatIsFinishedAndCanBeResumed() throws Exception {
        Path study = Files.writeString(folder.resolve("small.yaml"), Fixtures.SMALL.replace("seeds: 2", "seeds: 20"));
        Path run = folder.resolve("run");
        Process process = start(200, "ablate", study.toString(), "--out", run.toString(), "--jobs", "2");
        await(() -> finished(run) >= 4);
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
        assertThat(Files.readString(folder.resolve("err"))).contains("continue with ./fluxo ablate --resume " + run).doesNotContain("Exception");
        long kept = finished(run);
        assertThat(kept).isBetween(4L, 39L);
        assertThat(run.resolve("results.json")).doesNotExist();

        Process resumed = start(0, "ablate", "--resume", run.toString());
        assertThat(resumed.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(resumed.exitValue()).isZero();
        assertThat(Files.readString(folder.resolve("err"))).contains(kept + " of 40 trials are finished already");
        assertThat(run.resolve("results.json")).exists();
    }

    private Process start(int pause, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-Dpause=" + pause, "-cp", System.getProperty("java.class.path"), SyntheticMain.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).redirectOutput(folder.resolve("out").toFile()).start();
    }

    private static long finished(Path run) {
        if (!Files.isDirectory(run.resolve("trials"))) {
            return 0;
        }
        try (Stream<Path> trials = Files.list(run.resolve("trials"))) {
            return trials.filter(trial -> Files.exists(trial.resolve("trial.json"))).count();
        } catch (IOException e) {
            return 0;
        }
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
