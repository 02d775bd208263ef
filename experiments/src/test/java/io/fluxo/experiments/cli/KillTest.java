package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.main.Main;
import io.fluxo.experiments.study.tensorboard.DecodedEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real program, killed without warning at random moments and resumed each time: what it leaves in the end is what an undisturbed run leaves.
 * {@code -Dfluxo.kills=20} kills more often.
 */
class KillTest {

    private static final int KILLS = Integer.getInteger("fluxo.kills", 1);

    private static final String STUDY = """
            study: killed
            task: {kind: markov, states: 6}
            model: {n_layers: 2, d_model: 16, n_heads: 2, d_mlp: 32, n_ctx: 16, dropout: 0.1}
            training: {batch: 4, steps: STEPS, eval_every: 20, optimizer: adamw, weight_decay: 0.01}
            vary: {model.placement: [pre, post]}
            seeds: 2
            """;

    @TempDir
    Path folder;

    @Test
    void aStudyKilledAgainAndAgainEndsAsIfNothingHadBeen() throws Exception {
        Path study = Files.writeString(folder.resolve("killed.yaml"), STUDY.replace("STEPS", Integer.toString(60 + 30 * KILLS)));
        killed("ablate", study, "results.json");
    }

    @Test
    void aTrainingKilledAgainAndAgainEndsAsIfNothingHadBeen() throws Exception {
        Path spec = Files.writeString(folder.resolve("one.yaml"), STUDY.replace("STEPS", Integer.toString(240 + 120 * KILLS)).replaceAll("vary.*\n", ""));
        killed("train", spec, "results.json", "model.safetensors", "config.json");
    }

    private void killed(String command, Path study, String... files) throws Exception {
        Path whole = folder.resolve("whole");
        assertThat(end(start(command, study.toString(), "--out", whole.toString(), "--checkpoint", "0.05", "--tensorboard"))).as(said()).isZero();
        long all = lines(whole);

        Path run = folder.resolve("run");
        Random random = new Random(7);
        int kills = 0;
        int checkpoints = 0;
        while (kills < KILLS) {
            Process process = start(command, run, study);
            // most often in the midst of the steps, sometimes earlier; a moment later, so that it may also be between two of them
            long further = kills % 5 == 4 ? 0 : 1 + random.nextLong(3 * all / (2 * KILLS) + 1);
            for (long before = lines(run); process.isAlive() && lines(run) < before + further; ) {
                Thread.sleep(5);
            }
            if (process.waitFor(random.nextLong(further == 0 ? 2_000 : 30), TimeUnit.MILLISECONDS)) {
                assertThat(process.exitValue()).as(said()).isZero();
                assertSame(whole, run, files);
                run = folder.resolve("run-" + kills); // it was faster: begin again
                continue;
            }
            process.destroyForcibly().waitFor();
            kills++;
            checkpoints += checkpoints(run);
            assertWhole(run);
        }
        assertThat(end(start(command, run, study))).as(said()).isZero();
        assertSame(whole, run, files);
        System.out.printf("%s: killed %d times, %d checkpoints were there to go on from%n", command, kills, checkpoints);
    }

    /** Begins the run, or goes on with it where it has begun. */
    private Process start(String command, Path run, Path study) throws IOException {
        return Files.exists(run.resolve("study.yaml")) ? start(command, "--resume", run.toString(), "--checkpoint", "0.05")
                : start(command, study.toString(), "--out", run.toString(), "--checkpoint", "0.05", "--tensorboard");
    }

    private Process start(String... arguments) throws IOException {
        List<String> line = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        line.addAll(List.of(arguments));
        return new ProcessBuilder(line).redirectError(folder.resolve("err").toFile()).redirectOutput(folder.resolve("out").toFile()).start();
    }

    private static int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private String said() throws IOException {
        return Files.readString(folder.resolve("err"));
    }

    /** Whatever has its final name is complete. */
    private static void assertWhole(Path run) throws IOException {
        for (Path file : files(run).values()) {
            String name = file.getFileName().toString();
            if (name.equals("trial.json") || name.equals("results.json") || name.equals("environment.json") || name.equals("config.json")) {
                Json.parse(Files.readString(file)); // throws where it is cut off
            }
        }
    }

    /** Steps told so far. */
    private static long lines(Path run) throws IOException {
        long lines = 0;
        for (var file : files(run).entrySet()) {
            if (file.getKey().endsWith("metrics.jsonl")) {
                lines += lineEnds(file.getValue());
            }
        }
        return lines;
    }

    private static long lineEnds(Path file) throws IOException {
        try {
            return Files.readString(file).chars().filter(c -> c == '\n').count();
        } catch (NoSuchFileException e) { // the trial begins anew
            return 0;
        }
    }

    private static int checkpoints(Path run) throws IOException {
        return (int) files(run).keySet().stream().filter(name -> name.endsWith("/checkpoint.safetensors")).count();
    }

    /** Results, metrics and models, byte by byte; and nothing left over. */
    private static void assertSame(Path whole, Path run, String... files) throws IOException {
        for (String file : files) {
            assertThat(run.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        SortedMap<String, Path> expected = withoutTimes(files(whole));
        SortedMap<String, Path> found = withoutTimes(files(run));
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((name, file) -> {
            if (name.endsWith("metrics.jsonl") || name.endsWith("model.safetensors") || name.endsWith(".csv")) {
                assertThat(file).hasSameBinaryContentAs(expected.get(name));
            } else if (name.endsWith(".fluxo")) {
                assertSameScalars(expected.get(name), file);
            }
        });
    }

    /** A file of events is named by the time at which it was begun. */
    private static SortedMap<String, Path> withoutTimes(SortedMap<String, Path> files) {
        SortedMap<String, Path> renamed = new TreeMap<>();
        files.forEach((name, file) -> assertThat(renamed.put(name.replaceAll("tfevents[.0-9]+fluxo$", "tfevents.fluxo"), file)).as("one file of events").isNull());
        return renamed;
    }

    /** Every step once, whatever was killed. */
    private static void assertSameScalars(Path whole, Path file) {
        try {
            assertThat(DecodedEvents.of(file).scalars()).isEqualTo(DecodedEvents.of(whole).scalars());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is there; a running process makes and removes files beside this, so what vanishes meanwhile is passed over. */
    private static SortedMap<String, Path> files(Path root) throws IOException {
        SortedMap<String, Path> files = new TreeMap<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                files.put(root.relativize(file).toString().replace('\\', '/'), file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
        return files;
    }
}
