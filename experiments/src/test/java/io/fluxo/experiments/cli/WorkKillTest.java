package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.main.Main;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Processes that work on one run, some of them killed without warning: what they leave is what one process leaves that nothing happened to. {@code -Dfluxo.kills=10} does it ten
 * times, with four processes, two of which are killed at random moments.
 */
@DisabledOnOs(OS.WINDOWS)
class WorkKillTest {

    private static final String STUDY = """
            study: shared
            task: {kind: markov, states: 6}
            model: {n_layers: 1, d_model: 16, n_heads: 2, d_mlp: 32, n_ctx: 16, dropout: 0.1}
            training: {batch: 4, steps: STEPS, eval_every: 50, optimizer: adamw, weight_decay: 0.01}
            vary: {model.placement: [pre, post]}
            tune: {steps: TRIED, over: {training.lr: [0.003, 0.01]}, bounded: {training.lr: enough}}
            seeds: SEEDS
            """;

    @TempDir
    Path folder;

    private Path study(int steps, int tried, int seeds) throws IOException {
        Path file = Files.writeString(folder.resolve("shared.yaml"),
                STUDY.replace("STEPS", Integer.toString(steps)).replace("TRIED", Integer.toString(tried)).replace("SEEDS", Integer.toString(seeds)));
        Called.fluxo("ablate", file, "--out", folder.resolve("whole"), "--backend", "ejml", "--quiet").succeeded();
        return file;
    }

    /** Killed without warning, it is waited for until it is known to be dead; asked to end, it lets go at once: of a heartbeat of a minute nobody is to wait for six. */
    @ParameterizedTest
    @CsvSource({"KILL, 137, 0.1", "TERM, 143, 60"})
    void whatAProcessHadBegunAnotherGoesOnWith(String signal, int status, String heartbeat) throws Exception {
        Path study = study(300, 10, 1);
        Path run = begun(study, "run");
        Process ended = start("ended", work(run, "0/2", heartbeat));
        while (checkpoints(run).stream().noneMatch(file -> !file.toString().contains("tune-"))) { // one of the measured trials, with steps enough to come
            assertThat(ended.isAlive()).as(said("ended")).isTrue();
            Thread.sleep(2);
        }
        new ProcessBuilder("kill", "-" + signal, Long.toString(ended.pid())).start().waitFor();
        assertThat(end(ended)).as(said("ended")).isEqualTo(status);
        Path left = checkpoints(run).stream().filter(file -> !file.toString().contains("tune-")).reduce((_, newer) -> newer).orElseThrow();
        Process other = start("other", work(run, "1/2", heartbeat));
        assertThat(end(other)).as(said("other")).isZero();
        assertThat(said("other")).contains(left.getParent().getFileName() + " goes on after step ");
        if (signal.equals("TERM")) {
            assertThat(said("ended")).contains("fluxo: interrupted; all steps that were done are kept, and others may go on from them: ./fluxo work " + run);
        }
        assertSame(run);
    }

    @Test
    @EnabledIfSystemProperty(named = "fluxo.kills", matches = "\\d+", disabledReason = "takes minutes: -Dfluxo.kills=10")
    void fourWorkTwoAreKilledAgainAndAgain() throws Exception {
        Path study = study(400, 200, 3);
        Random random = new Random(11);
        int resumed = 0;
        for (int turn = 0; turn < Integer.getInteger("fluxo.kills"); turn++) {
            Path run = begun(study, "run-" + turn);
            List<Process> processes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                processes.add(start("turn-" + turn + "-" + i, work(run, i + "/4", "0.1")));
            }
            List<Integer> victims = new ArrayList<>(List.of(0, 1, 2, 3));
            Collections.shuffle(victims, random);
            List<String> killed = new ArrayList<>();
            for (int victim : victims.subList(0, 2)) {
                Thread.sleep(2_000 + random.nextInt(4_000));
                boolean alive = processes.get(victim).isAlive();
                processes.get(victim).destroyForcibly().waitFor();
                killed.add(victim + (alive ? "" : " (had ended)"));
            }
            int goneOn = 0;
            for (int i : victims.subList(2, 4)) {
                assertThat(end(processes.get(i))).as(said("turn-" + turn + "-" + i)).isZero();
                goneOn += (int) said("turn-" + turn + "-" + i).lines().filter(line -> line.contains(" goes on after step ")).count();
            }
            resumed += goneOn;
            long takenOver = takenOver(run);
            assertSame(run);
            System.out.printf("turn %d: killed %s; %d trials taken over, %d of them from a checkpoint; results.json as of one process%n", turn, killed, takenOver, goneOn);
        }
        assertThat(resumed).as("trials that went on from the checkpoint of a killed process").isPositive();
    }

    private Path begun(Path study, String name) {
        Path run = folder.resolve(name);
        Called.fluxo("ablate", study, "--out", run, "--backend", "ejml", "--begin").succeeded();
        return run;
    }

    private static String[] work(Path run, String shard, String heartbeat) {
        return new String[] {"work", run.toString(), "--shard", shard, "--jobs", "1", "--threads", "1", "--checkpoint", "0.05", "--heartbeat", heartbeat};
    }

    /** Judges the run; results, metrics and models are those of one process, and nothing is left over. */
    private void assertSame(Path run) {
        Called.fluxo("ablate", "--collect", run).succeeded();
        Path whole = folder.resolve("whole");
        assertThat(run.resolve("results.json")).hasSameBinaryContentAs(whole.resolve("results.json"));
        List<String> names = files(whole).map(file -> whole.relativize(file).toString()).filter(name -> !name.equals(".lock")).toList();
        assertThat(files(run).map(file -> run.relativize(file).toString()).toList()).isEqualTo(names);
        for (String name : names) {
            if (name.endsWith("metrics.jsonl") || name.endsWith("model.safetensors") || name.endsWith(".csv")) {
                assertThat(run.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
            }
        }
    }

    private static List<Path> checkpoints(Path run) {
        return files(run).filter(file -> file.endsWith("checkpoint.safetensors")).toList();
    }

    /** Leases that followed on one which had not ended. */
    private static long takenOver(Path run) {
        return files(run.resolve("work")).filter(file -> file.endsWith("holder"))
                .filter(file -> !Files.exists(file.resolveSibling("ended")) && Files.exists(next(file.getParent()))).count();
    }

    private static Path next(Path generation) {
        return generation.resolveSibling(Integer.toString(Integer.parseInt(generation.getFileName().toString()) + 1));
    }

    private static Stream<Path> files(Path root) {
        while (true) {
            try (Stream<Path> files = Files.walk(root)) {
                return files.filter(Files::isRegularFile).sorted().toList().stream();
            } catch (UncheckedIOException moved) {
                if (!(moved.getCause() instanceof NoSuchFileException)) {
                    throw moved;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Process start(String name, String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line).redirectError(folder.resolve(name + ".err").toFile()).redirectOutput(folder.resolve(name + ".out").toFile()).start();
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private String said(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".err"));
    }
}
