package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.checkpoint.Safetensors;
import io.fluxo.experiments.main.Main;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real program, asked to end as a person or a system asks: it loses no step, says how to go on, and then ends as if nothing had been. */
@DisabledOnOs(OS.WINDOWS)
class InterruptionTest {

    private static final String STUDY = """
            study: interrupted
            task: {kind: markov, states: 6}
            model: {n_layers: 1, d_model: 8, d_mlp: 16, n_ctx: 8, dropout: 0.1}
            training: {batch: 2, steps: 150, optimizer: adamw, weight_decay: 0.01}
            vary: {model.placement: [pre, post]}
            seeds: 1
            """;

    /** Runs its arguments on a terminal of their own; a line on its standard input presses Ctrl-C there. */
    private static final String ON_A_TERMINAL = """
            import os, pty, select, signal, sys
            child, terminal = pty.fork()
            if child == 0:
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                os.execv(sys.argv[1], sys.argv[1:])
            watched = [terminal, 0]
            while True:
                ready = select.select(watched, [], [])[0]
                if 0 in ready:
                    os.read(0, 100)
                    watched.remove(0)
                    os.write(terminal, b"\\x03")
                if terminal in ready:
                    try:
                        said = os.read(terminal, 65536)
                    except OSError:
                        said = b""
                    if not said:
                        break
                    os.write(1, said)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            sys.exit(code if code >= 0 else 100 - code)
            """;

    @TempDir
    static Path folder;

    private static Path study;
    private static Path whole;

    @BeforeAll
    static void anUndisturbedRun() throws Exception {
        study = Files.writeString(folder.resolve("interrupted.yaml"), STUDY);
        whole = folder.resolve("whole");
        assertThat(ended(start(java("--quiet", study.toString(), "--out", whole.toString())))).as(said()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"INT, 130, --quiet", "TERM, 143, --checkpoint=30"})
    void aSignalEndsItInGoodOrder(String signal, int status, String option) throws Exception {
        assumeTrue(!signal.equals("INT") || !interruptIsIgnored(), "Ctrl-C is ignored by whoever started these tests (nohup, &), and so by all they start");
        Path run = folder.resolve(signal + option);
        Process process = start(java(option, study.toString(), "--out", run.toString()));
        await(() -> steps(run) >= 10, process);
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
        assertThat(ended(process)).isEqualTo(status);
        assertGoesOn(run);
    }

    @Test
    void controlCBesideTheProgressBarToo() throws Exception {
        assumeTrue(succeeds("python3", "-c", "import os, pty; os.waitstatus_to_exitcode"), "no Python 3.9 to make a terminal with");
        Path run = folder.resolve("bar");
        List<String> command = new ArrayList<>(List.of("python3", "-c", ON_A_TERMINAL));
        command.addAll(java(study.toString(), "--out", run.toString()));
        command.add(command.indexOf("-cp"), "-Dfluxo.columns.err=100");
        Process process = start(command);
        await(() -> steps(run) >= 10, process);
        try (OutputStream keys = process.getOutputStream()) {
            keys.write('\n');
        }
        assertThat(ended(process)).isEqualTo(130);
        assertThat(Files.readString(folder.resolve("out"))).contains("/300 ").contains("2 trials, 300 steps"); // the bar, and a line above it
        Files.move(folder.resolve("out"), folder.resolve("err"), java.nio.file.StandardCopyOption.REPLACE_EXISTING); // one terminal shows both
        assertGoesOn(run);
    }

    private static void assertGoesOn(Path run) throws Exception {
        assertThat(said()).contains("fluxo: interrupted; all steps that were done are kept: continue with ./fluxo ablate --resume " + run)
                .doesNotContain("Exception");
        assertThat(run.resolve("results.json")).doesNotExist();
        List<String> reached = new ArrayList<>();
        for (Path trial : trials(run)) {
            long steps = lines(trial.resolve("metrics.jsonl"));
            if (!Files.exists(trial.resolve("trial.json")) && steps > 0) {
                try (Safetensors checkpoint = Safetensors.open(trial.resolve("checkpoint.safetensors"))) {
                    assertThat(checkpoint.metadata()).containsEntry("step", Long.toString(steps));
                }
                reached.add(trial.getFileName() + " goes on after step " + steps);
            }
        }
        assertThat(reached).as("it was in the midst of the steps").isNotEmpty();

        assertThat(ended(start(java("--resume", run.toString())))).as(said()).isZero();
        assertThat(said()).contains(reached);
        assertThat(run.resolve("results.json")).hasSameBinaryContentAs(whole.resolve("results.json"));
        for (Path trial : trials(run)) {
            for (String file : List.of("metrics.jsonl", "model/model.safetensors")) {
                assertThat(trial.resolve(file)).hasSameBinaryContentAs(whole.resolve("trials").resolve(trial.getFileName()).resolve(file));
            }
        }
    }

    /** The command line of {@code ablate} with these arguments, by the reference backend, which is fast from the start. */
    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Main.class.getName(), "ablate", "--backend", "ejml"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).redirectOutput(folder.resolve("out").toFile()).start();
    }

    private static int ended(Process process) throws InterruptedException {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static String said() throws IOException {
        return Files.readString(folder.resolve("err"), StandardCharsets.UTF_8);
    }

    /** A process that is started while SIGINT is ignored ignores it too. */
    private static boolean interruptIsIgnored() throws Exception {
        return succeeds("sh", "-c", "kill -INT $$");
    }

    private static boolean succeeds(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private static List<Path> trials(Path run) {
        try (Stream<Path> trials = Files.list(run.resolve("trials"))) {
            return trials.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long steps(Path run) {
        return trials(run).stream().mapToLong(trial -> lines(trial.resolve("metrics.jsonl"))).sum();
    }

    private static long lines(Path file) {
        try {
            return Files.readString(file).chars().filter(c -> c == '\n').count();
        } catch (IOException e) { // not yet there
            return 0;
        }
    }

    private static void await(BooleanSupplier condition, Process process) throws InterruptedException, IOException {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end && process.isAlive()) {
            Thread.sleep(2);
        }
        assertThat(condition.getAsBoolean()).as(said()).isTrue();
    }
}
