package io.fluxo.experiments.study.run;

import static io.fluxo.experiments.Fixtures.SMALL;
import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.result.Results;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.Curves;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyRunnerTest {

    private static final TrialExecutor SYNTHETIC = new SyntheticExecutor(3.1);

    @TempDir
    Path folder;

    private final Study study = study(SMALL);
    private final List<PreparedTrial> trials = prepare(study);

    @Test
    void resultsDoNotDependOnHowManyRunAtATime() throws Exception {
        assertThat(results("one", SYNTHETIC, 1)).isEqualTo(results("two", SYNTHETIC, 2)).isEqualTo(results("many", SYNTHETIC, 9));
    }

    @Test
    void aResumedRunHasTheSameResults() throws Exception {
        String whole = results("whole", SYNTHETIC, 2);
        RunDirectory directory = RunDirectory.create(folder.resolve("parts"), false);
        AtomicReference<StudyRunner> runner = new AtomicReference<>();
        AtomicInteger begun = new AtomicInteger();
        runner.set(new StudyRunner((trial, task, model, listener) -> {
            if (begun.incrementAndGet() == 3) {
                Files.writeString(model.resolve("half-written"), "x");
                runner.get().cancel();
            }
            return SYNTHETIC.execute(trial, task, model, listener);
        }, 1, StudyProgress.SILENT));
        assertThat(runner.get().run(trials, directory)).hasSize(2);
        Path partial = directory.trial(trials.get(2).trial());
        assertThat(partial.resolve("model/half-written")).exists();
        assertThat(partial.resolve("trial.json")).doesNotExist();
        byte[] finished = Files.readAllBytes(directory.trial(trials.get(0).trial()).resolve("metrics.jsonl"));

        ConcurrentSkipListSet<String> rerun = new ConcurrentSkipListSet<>();
        TrialExecutor noting = (trial, task, model, listener) -> {
            rerun.add(trial.id());
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        List<TrialResult> results = new StudyRunner(noting, 2, StudyProgress.SILENT).run(trials, directory);
        assertThat(rerun).containsExactlyInAnyOrder(trials.get(2).trial().id(), trials.get(3).trial().id());
        assertThat(partial.resolve("model/half-written")).doesNotExist();
        assertThat(Files.readAllBytes(directory.trial(trials.get(0).trial()).resolve("metrics.jsonl"))).isEqualTo(finished);
        assertThat(json(results)).isEqualTo(whole);
    }

    @Test
    void leavesOneLinePerStepAndTheRecordLast() throws Exception {
        results("run", SYNTHETIC, 2);
        Path trial = folder.resolve("run/trials").resolve(trials.getFirst().trial().id());
        List<String> lines = Files.readAllLines(trial.resolve("metrics.jsonl"));
        assertThat(lines).hasSize(30).allSatisfy(line -> assertThat(Json.parse(line).path("loss").isNumber()).isTrue());
        assertThat(lines.getFirst()).startsWith("{\"step\":1,\"loss\":").contains("\"stream_norm_by_layer\":[");
        assertThat(Json.parse(Files.readString(trial.resolve("trial.json"))).path("outcome").asString()).isEqualTo("finished");
        assertThat(trial.resolve("model/config.json")).exists();
        try (Stream<Path> files = Files.walk(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    @Test
    void theFinalLossIsTheMeanOfTheLastTwentySteps() throws Exception {
        TrialExecutor counting = (trial, task, model, listener) -> {
            for (int step = 1; step <= trial.training().get(STEPS); step++) {
                listener.step(new StepMetrics(step, step, 0.1));
            }
            return new TrialOutcome(TrialOutcome.Ending.FINISHED, 5);
        };
        assertThat(run("count", counting, 1)).allSatisfy(result -> assertThat(result.finalLoss()).isCloseTo(20.5, within(1e-12)));
        List<PreparedTrial> few = prepare(study.withTraining(study.training().with(STEPS, 3)));
        List<TrialResult> results = new StudyRunner(counting, 1, StudyProgress.SILENT).run(few, RunDirectory.create(folder.resolve("few"), false));
        assertThat(results).allSatisfy(result -> assertThat(result.finalLoss()).isEqualTo(2));
    }

    @Test
    void aTrialThatThrowsFailsAndTheStudyGoesOn() throws Exception {
        TrialExecutor flaky = (trial, task, model, listener) -> {
            if (trial.seed() == 2) {
                throw new IOException("the device fell over");
            }
            if (trial.model().get(PLACEMENT).standard().is("post")) {
                throw new OutOfMemoryError("too small");
            }
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        List<TrialResult> results = run("flaky", flaky, 2);
        assertThat(results).extracting(TrialResult::outcome).containsExactly(TrialStatus.FINISHED, TrialStatus.FAILED,
                TrialStatus.FAILED, TrialStatus.FAILED);
        assertThat(results).extracting(TrialResult::message).containsExactly("", "the device fell over",
                "out of memory (too small; the JVM may use %,d MB)".formatted(Runtime.getRuntime().maxMemory() >> 20), "the device fell over");
        assertThat(result(results).asExpected()).isFalse();
        assertThat(Results.json(result(results)).toString()).contains("\"outcome\":\"failed\",\"final_loss\":null");
    }

    @Test
    void aResultThatCannotBeWrittenIsAFailureAndRunAgainOnResume() throws Exception {
        RunDirectory directory = RunDirectory.create(folder.resolve("gone"), false);
        TrialExecutor losing = (trial, task, model, listener) -> {
            TrialOutcome outcome = SYNTHETIC.execute(trial, task, model, listener);
            if (trial.seed() == 2) {
                try (Stream<Path> files = Files.walk(directory.trial(trial))) { // as if the disk were full, or gone
                    files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
                }
            }
            return outcome;
        };
        List<TrialResult> results = new StudyRunner(losing, 1, StudyProgress.SILENT).run(trials, directory);
        assertThat(results).extracting(TrialResult::outcome).containsExactly(TrialStatus.FINISHED, TrialStatus.FAILED,
                TrialStatus.FINISHED, TrialStatus.FAILED);
        assertThat(results.get(1).message()).startsWith("its result cannot be written: ");
        List<TrialResult> resumed = new StudyRunner(SYNTHETIC, 1, StudyProgress.SILENT).run(trials, directory);
        assertThat(json(resumed)).isEqualTo(results("undisturbed", SYNTHETIC, 1));
    }

    @Test
    void aFailureOfTheMachineIsNoPropertyOfTheTrial() throws Exception {
        RunDirectory directory = RunDirectory.create(folder.resolve("full"), false);
        TrialExecutor full = (trial, task, model, listener) -> {
            if (trial.seed() == 1) {
                throw new IllegalStateException("checkpoint: cannot be written", new IOException("No space left on device"));
            }
            throw new IllegalStateException("7 is no width");
        };
        List<TrialResult> results = new StudyRunner(full, 1, StudyProgress.SILENT).run(trials, directory);
        assertThat(results).extracting(TrialResult::outcome).containsOnly(TrialStatus.FAILED);
        assertThat(trials).extracting(prepared -> directory.isRecorded(prepared.trial())).containsExactly(false, true, false, true);
        List<TrialResult> resumed = new StudyRunner(SYNTHETIC, 1, StudyProgress.SILENT).run(trials, directory);
        assertThat(resumed).extracting(TrialResult::outcome).containsExactly(TrialStatus.FINISHED, TrialStatus.FAILED,
                TrialStatus.FINISHED, TrialStatus.FAILED);
    }

    @Test
    void aDiskThatIsInTheWayIsNoneEither() throws Exception {
        RunDirectory directory = RunDirectory.create(folder.resolve("blocked"), false);
        Files.writeString(folder.resolve("blocked/trials"), "a file where a folder should be");
        assertThat(new StudyRunner(SYNTHETIC, 1, StudyProgress.SILENT).run(trials, directory)).hasSize(4)
                .allSatisfy(result -> assertThat(result.outcome()).isEqualTo(TrialStatus.FAILED));
        Files.delete(folder.resolve("blocked/trials"));
        assertThat(json(new StudyRunner(SYNTHETIC, 1, StudyProgress.SILENT).run(trials, directory))).isEqualTo(results("free", SYNTHETIC, 1));
    }

    @Test
    void aLossThatIsNotFiniteIsADivergence() throws Exception {
        TrialExecutor diverging = (trial, task, model, listener) -> {
            for (int step = 1; step <= trial.training().get(STEPS); step++) {
                listener.step(new StepMetrics(step, step == 4 ? Double.POSITIVE_INFINITY : 1, 0.1));
            }
            return new TrialOutcome(TrialOutcome.Ending.FINISHED, 5);
        };
        List<TrialResult> results = run("diverge", diverging, 2);
        assertThat(results).allSatisfy(result -> assertThat(result.outcome()).isEqualTo(TrialStatus.DIVERGED))
                .allSatisfy(result -> assertThat(result.message()).isEqualTo("the loss of step 4 is not finite"));
        String json = json(results);
        assertThat(json).contains("\"mean\": null").contains("\"sd\": null").doesNotContain("NaN").doesNotContain("Infinity");
        assertThat(result(results).asExpected()).as("nothing was expected of it").isTrue();
    }

    @Test
    void anExecutorThatStopsEarlyHasFailed() throws Exception {
        TrialExecutor lazy = (trial, task, model, listener) -> {
            listener.step(new StepMetrics(1, 1, 0.1));
            return new TrialOutcome(TrialOutcome.Ending.FINISHED, 5);
        };
        assertThat(run("lazy", lazy, 1)).extracting(TrialResult::message).containsOnly("the executor stopped after 1 of 30 steps");
    }

    @Test
    void aRecordOfAnotherSpecificationIsRefused() throws Exception {
        results("run", SYNTHETIC, 1);
        RunDirectory directory = new RunDirectory(folder.resolve("run"), false);
        List<PreparedTrial> longer = prepare(study.withTraining(study.training().with(STEPS, 31)));
        StudyRunner runner = new StudyRunner(SYNTHETIC, 1, StudyProgress.SILENT);
        assertThatThrownBy(() -> runner.run(longer, directory)).isInstanceOf(BadInput.class).hasMessageContaining("belongs to another specification");
        Files.writeString(directory.trial(trials.getFirst().trial()).resolve("trial.json"), "{ cut off");
        assertThatThrownBy(() -> runner.run(trials, directory)).isInstanceOf(BadInput.class).hasMessageContaining("not JSON");
    }

    @Test
    void theGradientsSpreadIsLargestOverLeastAveragedInItsLogarithm() {
        var measured = new java.util.TreeMap<Integer, double[]>(Map.of(1, new double[] {1, 2, 8}, 10, new double[] {4, 4, 2}));
        Curves curves = new Curves(new double[0], new java.util.TreeMap<>(), Map.of(io.fluxo.train.Measures.STREAM_GRAD_NORM_BY_LAYER.label(), measured));
        assertThat(curves.streamGradientSpreadAtStart().orElseThrow()).isEqualTo(8);
        assertThat(curves.streamGradientSpread().orElseThrow()).isCloseTo(4, within(1e-12));
        assertThat(Curves.EMPTY.streamGradientSpread()).isEmpty();
    }

    @Test
    void resultsHaveTheDocumentedKeys() throws Exception {
        var json = Json.parse(results("keys", SYNTHETIC, 2));
        assertThat(json.propertyNames()).contains("study", "question", "verdict", "expected", "backend", "variants");
        var variant = json.path("variants").get(1);
        assertThat(variant.path("id").asString()).isEqualTo("placement=post");
        assertThat(variant.path("vary").path("model.placement").asString()).isEqualTo("post");
        assertThat(variant.path("final_loss").propertyNames()).containsExactlyInAnyOrder("mean", "sd", "interval");
        assertThat(variant.path("trials").get(1).propertyNames()).containsExactlyInAnyOrder("id", "seed", "outcome", "final_loss", "figures");
        assertThat(variant.path("trials").get(1).path("figures").propertyNames())
                .containsExactlyInAnyOrder("stream_gradient_spread", "stream_gradient_spread_at_start");
        double a = variant.path("trials").get(0).path("final_loss").doubleValue();
        double b = variant.path("trials").get(1).path("final_loss").doubleValue();
        assertThat(variant.path("final_loss").path("mean").doubleValue()).isCloseTo((a + b) / 2, within(1e-12));
        assertThat(variant.path("final_loss").path("sd").doubleValue()).isCloseTo(Math.abs(a - b) / Math.sqrt(2), within(1e-12));
    }

    private List<TrialResult> run(String name, TrialExecutor executor, int jobs) throws Exception {
        return new StudyRunner(executor, jobs, StudyProgress.SILENT).run(trials, RunDirectory.create(folder.resolve(name), false));
    }

    private String results(String name, TrialExecutor executor, int jobs) throws Exception {
        return json(run(name, executor, jobs));
    }

    private StudyResult result(List<TrialResult> results) {
        return StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, trials, results, model -> new ModelSize(1_000, 3_000));
    }

    private String json(List<TrialResult> results) {
        return Json.pretty(Results.json(result(results)));
    }

    private static List<PreparedTrial> prepare(Study study) {
        return Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
    }
}
