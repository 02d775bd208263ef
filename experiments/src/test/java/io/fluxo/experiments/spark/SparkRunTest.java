package io.fluxo.experiments.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.experiments.install.SparkJars;
import io.fluxo.experiments.main.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real program on the real Spark, an executor of which is killed; skipped where {@code ./fluxo install spark} has not been run. */
class SparkRunTest {

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    private static final String STUDY = """
            study: killed
            task: {kind: markov, states: 6}
            model: {n_layers: 2, d_model: 16, n_heads: 2, d_mlp: 32, n_ctx: 16, dropout: 0.1}
            training: {batch: 4, steps: 600, eval_every: 20, optimizer: adamw, weight_decay: 0.01}
            vary: {model.placement: [pre, post]}
            tune: {over: {training.lr: [0.001, 0.003]}, steps: 20}
            seeds: 1
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void sparkIsInstalled() {
        Installation.State state = new Installation(HOME.resolve(".natives"), Natives.platform()).of(SparkJars.SPARK);
        assumeTrue(state instanceof Installation.State.Installed, () -> "Spark is not installed: ./fluxo install spark");
    }

    @Test
    void anExecutorKilledMidTrialChangesNoByte() throws Exception {
        Path study = Files.writeString(folder.resolve("killed.yaml"), STUDY);
        Path one = folder.resolve("one");
        assertThat(start(study, one).waitFor()).as(said()).isZero();
        Path run = folder.resolve("run");
        Process process = start(study, run, "--checkpoint", "0.1", "--engine", "spark", "--master", "local-cluster[2,1,1024]");
        Path trial = run.resolve("trials/placement=pre,seed=1");
        Path attempt = run.resolve("spark/attempts/placement=pre,seed=1");
        while (process.isAlive() && !(Files.exists(trial.resolve("checkpoint.safetensors")) && Files.exists(attempt))) {
            Thread.sleep(5);
        }
        String first = Files.readString(attempt);
        List<ProcessHandle> executors = executorsOf(process).toList();
        assertThat(executors).isNotEmpty();
        executors.forEach(ProcessHandle::destroyForcibly); // whichever has it
        assertThat(trial.resolve("trial.json")).as("killed mid-trial").doesNotExist();
        Optional<String> second = Optional.empty();
        while (process.isAlive() && second.isEmpty()) {
            Thread.sleep(5);
            second = read(attempt).filter(name -> !name.equals(first));
        }
        assertThat(second).as("begun again").isPresent();
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said()).isZero();
        for (String file : List.of("results.json", "trials/placement=pre,seed=1/metrics.jsonl", "trials/placement=pre,seed=1/model/model.safetensors",
                "trials/placement=post,seed=1/model/model.safetensors")) {
            assertThat(run.resolve(file)).hasSameBinaryContentAs(one.resolve(file));
        }
        assertThat(run.resolve("spark")).doesNotExist();
        assertThat(said()).doesNotContain("INFO", "WARN ", "Exception");
    }

    /** Spark's driver is the program's child, and a local cluster's executors are the driver's. */
    private static Stream<ProcessHandle> executorsOf(Process process) {
        return process.children().flatMap(ProcessHandle::descendants);
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private Process start(Path study, Path out, String... more) throws IOException {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC", "-Dfluxo.home=" + HOME, "-cp", System.getProperty("java.class.path"), Main.class.getName(), "ablate", study.toString(), "--out", out.toString()));
        line.addAll(List.of(more));
        return new ProcessBuilder(line).redirectError(folder.resolve("err").toFile()).redirectOutput(folder.resolve("out").toFile()).start();
    }

    private String said() throws IOException {
        return Files.readString(folder.resolve("err"));
    }
}
