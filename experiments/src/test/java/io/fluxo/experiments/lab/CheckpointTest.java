package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training that is interrupted in its midst goes on where it was, and ends with the same bits. */
class CheckpointTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"simd, adamw, layer_norm", "simd, sgd, batch_norm", "ejml, adam, batch_norm"})
    void goesOnWithTheSameBits(String backend, String optimizer, String norm) throws Exception {
        List<PreparedTrial> trials = trials("optimizer: %s, weight_decay: 0.1, clip: 0.5, schedule: cosine, warmup: 6".formatted(optimizer), norm);
        TrialExecutor executor = executor(backend);
        RunDirectory whole = RunDirectory.create(folder.resolve("whole"), false);
        TrialResult undisturbed = new StudyRunner(executor, 1, StudyProgress.SILENT).run(trials, whole).getFirst();

        RunDirectory parts = RunDirectory.create(folder.resolve("parts"), false);
        AtomicInteger goneOnAfter = new AtomicInteger();
        for (int until : new int[] {7, 16}) {
            assertThat(interrupted(executor, trials, parts, until, goneOnAfter)).isEmpty();
        }
        assertThat(goneOnAfter).hasValue(7);
        Path trial = folder.resolve("parts/trials/seed=1");
        Files.writeString(trial.resolve("metrics.jsonl"), "{\"step\":17,\"lo", java.nio.file.StandardOpenOption.APPEND); // cut off in the midst of a line
        TrialResult resumed = new StudyRunner(executor, 1, StudyProgress.SILENT).run(trials, parts).getFirst();

        assertThat(resumed.finalLoss()).isEqualTo(undisturbed.finalLoss());
        assertThat(resumed.validationLoss()).isEqualTo(undisturbed.validationLoss());
        for (String file : List.of("metrics.jsonl", "model/model.safetensors")) {
            assertThat(trial.resolve(file)).hasSameBinaryContentAs(folder.resolve("whole/trials/seed=1").resolve(file));
        }
        assertThat(trial.resolve("checkpoint.safetensors")).doesNotExist();
    }

    @Test
    void aCheckpointWithoutItsMetricsIsNotTaken() throws Exception {
        List<PreparedTrial> trials = trials("optimizer: adam");
        TrialExecutor executor = executor("simd");
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        interrupted(executor, trials, directory, 9, new AtomicInteger());
        Path metrics = folder.resolve("run/trials/seed=1/metrics.jsonl");
        Files.write(metrics, Files.readAllLines(metrics).subList(0, 5)); // as after a failure of power
        TrialResult result = new StudyRunner(executor, 1, StudyProgress.SILENT).run(trials, directory).getFirst();
        assertThat(result.outcome()).isEqualTo(TrialStatus.FINISHED);
        assertThat(Files.readAllLines(metrics)).hasSize(24).first().asString().startsWith("{\"step\":1,");
    }

    @Test
    void aCheckpointThatIsNotAsItWasWrittenIsSaidAndTheTrialBeginsAnew() throws Exception {
        TrialExecutor executor = executor("simd");
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        interrupted(executor, trials("optimizer: adam"), directory, 9, new AtomicInteger());
        Path trial = folder.resolve("run/trials/seed=1");
        byte[] checkpoint = Files.readAllBytes(trial.resolve("checkpoint.safetensors"));
        byte[] metrics = Files.readAllBytes(trial.resolve("metrics.jsonl"));
        byte[] value = flipped(checkpoint, checkpoint.length - 50);
        byte[] header = flipped(checkpoint, 30);
        byte[] loss = flipped(metrics, 25);
        assertThat(whyAnew("adam", value, metrics)).isEqualTo("is damaged: its content does not fit its checksum");
        assertThat(whyAnew("adam", header, metrics)).isNotEmpty();
        assertThat(whyAnew("adam", "x".repeat(5_000).getBytes(StandardCharsets.US_ASCII), metrics)).contains("not a safetensors file");
        assertThat(whyAnew("adam", checkpoint, loss)).isEqualTo("metrics.jsonl beside it does not hold the 9 steps until then as they were written");
        assertThat(whyAnew("adamw", checkpoint, metrics)).isEqualTo("belongs to another specification than study.yaml now says");
    }

    /** A rate that falls towards the end makes other steps of the first ones; a constant one does not. */
    @ParameterizedTest
    @CsvSource({"cosine, 0", "constant, 9"})
    void aLongerTrainingGoesOnOnlyWhereItsFirstStepsAreTheSame(String schedule, int expected) throws Exception {
        TrialExecutor executor = executor("simd");
        RunDirectory directory = RunDirectory.create(folder.resolve("run"), false);
        List<PreparedTrial> shorter = trials("optimizer: adam, schedule: " + schedule);
        interrupted(executor, shorter, directory, 9, new AtomicInteger());
        List<PreparedTrial> longer = shorter.stream().map(prepared -> new PreparedTrial(prepared.trial().withSteps(30), prepared.task())).toList();
        AtomicInteger goneOnAfter = new AtomicInteger();
        interrupted(executor, longer, directory, 12, goneOnAfter);
        assertThat(goneOnAfter).hasValue(expected);
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 1;
        return flipped;
    }

    /** Why the trial of 24 steps begins anew beside this {@code checkpoint} and these {@code metrics}; that it does is seen by what is left. */
    private String whyAnew(String optimizer, byte[] checkpoint, byte[] metrics) throws Exception {
        Path root = Files.createTempDirectory(folder, "anew");
        RunDirectory directory = RunDirectory.create(root, false);
        Path trial = Files.createDirectories(root.resolve("trials/seed=1"));
        Files.write(trial.resolve("checkpoint.safetensors"), checkpoint);
        Files.write(trial.resolve("metrics.jsonl"), metrics);
        List<String> told = new ArrayList<>();
        TrialResult result = new StudyRunner(executor("simd", Duration.ofDays(1)), 1, new StudyProgress() {
            @Override
            public void restarted(Trial trial, String reason) {
                told.add(reason);
            }

            @Override
            public void resumed(Trial trial, int step) {
                throw new AssertionError("it goes on");
            }
        }).run(trials("optimizer: " + optimizer), directory).getFirst();
        assertThat(result.outcome()).isEqualTo(TrialStatus.FINISHED);
        assertThat(Files.readAllLines(trial.resolve("metrics.jsonl"))).hasSize(24);
        assertThat(told).singleElement().asString().startsWith(trial.resolve("checkpoint.safetensors") + ": ");
        return told.getFirst().substring(trial.resolve("checkpoint.safetensors").toString().length() + 2);
    }

    private static List<TrialResult> interrupted(TrialExecutor executor, List<PreparedTrial> trials, RunDirectory directory, int until,
                                                 AtomicInteger goneOnAfter) throws InterruptedException {
        AtomicReference<StudyRunner> runner = new AtomicReference<>();
        runner.set(new StudyRunner(executor, 1, new StudyProgress() {
            @Override
            public void resumed(Trial trial, int step) {
                goneOnAfter.set(step);
            }

            @Override
            public void step(Trial trial, StepMetrics metrics) {
                if (metrics.step() == until) {
                    runner.get().cancel();
                }
            }
        }));
        return runner.get().run(trials, directory);
    }

    private static TrialExecutor executor(String backend) {
        return executor(backend, Duration.ZERO);
    }

    private static TrialExecutor executor(String backend, Duration checkpoints) {
        return Laboratory.open(Optional.empty()).open(new BackendChoice(backend, Optional.empty(), 0, 1)).executor(checkpoints);
    }

    private static List<PreparedTrial> trials(String training) {
        return trials(training, "layer_norm");
    }

    private static List<PreparedTrial> trials(String training, String norm) {
        return Trials.prepare(Trials.of(new StudyReader(Fixtures.ALL, StudyLibrary.standard()::defaults).parse("test.yaml", """
                task: {kind: markov, states: 5}
                model: {n_layers: 2, d_model: 8, n_ctx: 8, dropout: 0.2, norm: %s}
                training: {steps: 24, batch: 2, eval_every: 5, %s}
                seeds: 1
                """.formatted(norm, training)).study(), 1), new Tasks(Fixtures.ALL), Locations.of("test"));
    }
}
