package io.fluxo.experiments.study.run;

import static io.fluxo.experiments.Fixtures.SMALL;
import static io.fluxo.experiments.Fixtures.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What passes between an executor, the runner and whoever watches. */
class StudyRunnerListenerTest {

    @TempDir
    Path folder;

    private final List<PreparedTrial> trials = Trials.prepare(Trials.of(study(SMALL.replace("steps: 30", "steps: 3")), 1), new Tasks(Fixtures.ALL), Locations.of("test"));
    private final List<PreparedTrial> one = trials.subList(0, 1);
    private final Trial trial = one.getFirst().trial();
    private final List<String> told = new ArrayList<>();
    private final StudyProgress progress = new StudyProgress() {
        @Override
        public void begin(int count, int done, long stepsToGo) {
            told.add("begin %d %d %d".formatted(count, done, stepsToGo));
        }

        @Override
        public void resumed(Trial of, int step) {
            told.add("resumed " + step);
        }

        @Override
        public void restarted(Trial of, String why) {
            told.add("restarted " + why);
        }

        @Override
        public void labels(Trial of, String measure, List<String> entries) {
            told.add("labels " + measure + entries);
        }

        @Override
        public void step(Trial of, StepMetrics metrics) {
            told.add("step " + metrics.step());
        }

        @Override
        public void finished(TrialResult result) {
            told.add("finished " + result.outcome());
        }
    };

    private RunDirectory run(boolean modelAtRoot) {
        return RunDirectory.create(folder.resolve("run"), modelAtRoot);
    }

    private TrialResult only(TrialExecutor executor) throws InterruptedException {
        return new StudyRunner(executor, 1, progress).run(one, RunDirectory.create(folder.resolve("run" + folder.toFile().list().length), false)).getFirst();
    }

    private static TrialOutcome steps(TrialListener listener, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(step -> listener.step(new StepMetrics(step, step, 0.1)));
        return new TrialOutcome(TrialOutcome.Ending.FINISHED, 5);
    }

    @Test
    void whoWatchesIsToldWhatIsDoneAndWhatIsLeft() throws Exception {
        RunDirectory directory = run(false);
        new StudyRunner(new SyntheticExecutor(3.1), 1, StudyProgress.SILENT).run(one, directory);
        new StudyRunner((_, _, _, listener) -> {
            listener.labels("update_ratio", List.of("W_Q"));
            return steps(listener, 1, 3);
        }, 1, progress).run(trials.subList(0, 2), directory);
        assertThat(told).containsExactly("begin 2 1 3", "labels update_ratio[W_Q]", "step 1", "step 2", "step 3", "finished FINISHED");
    }

    @Test
    void everythingThatIsReportedIsInTheResult() throws Exception {
        long begin = System.nanoTime();
        AxisCurve curve = new AxisCurve("loss_by_position", "position", List.of(1.0), List.of(2.0));
        TrialResult result = only((_, _, _, listener) -> {
            listener.proved("it has a shape");
            listener.notProved("it is causal");
            listener.labels("update_ratio", List.of("W_Q"));
            listener.figure("accuracy", 0.5);
            listener.curve(curve);
            listener.step(new StepMetrics(1, 3, 0.1, Map.of(), OptionalDouble.of(2.5)));
            listener.step(new StepMetrics(2, 2, 0.1, Map.of(), OptionalDouble.of(2.25)));
            for (long asked = System.nanoTime(); System.nanoTime() - asked < 5_000_000; ) {
                Thread.onSpinWait();
            }
            return steps(listener, 3, 3);
        });
        assertThat(result.proofs().proved()).containsExactly("it has a shape");
        assertThat(result.proofs().notProved()).containsExactly("it is causal");
        assertThat(result.labels()).isEqualTo(Map.of("update_ratio", List.of("W_Q")));
        assertThat(result.findings().figures()).isEqualTo(Map.of("accuracy", 0.5));
        assertThat(result.findings().curves()).containsExactly(curve);
        assertThat(result.validationLoss()).as("the last one").hasValue(2.25);
        assertThat(result.parameters()).isEqualTo(5);
        assertThat(result.steps()).isEqualTo(3);
        assertThat(result.seconds()).as("in seconds: no more than have passed").isBetween(0.005, (System.nanoTime() - begin) / 1e9 + 0.001);
    }

    @Test
    void aTrialGoesOnFromTheStepsThatAreInItsLog() throws Exception {
        RunDirectory directory = run(true);
        AtomicReference<String> log = new AtomicReference<>();
        AtomicReference<StudyRunner> runner = new AtomicReference<>();
        runner.set(new StudyRunner((_, _, _, listener) -> {
            assertThat(listener.told()).isEmpty();
            assertThat(listener.goesFurther()).isTrue();
            assertThat(listener.checkpoint()).isEqualTo(directory.checkpoint(trial));
            steps(listener, 1, 2);
            log.set(listener.told());
            Files.writeString(listener.checkpoint(), "after step 2");
            runner.get().cancel();
            assertThat(listener.cancelled()).isTrue();
            return new TrialOutcome(TrialOutcome.Ending.CANCELLED, 0);
        }, 1, progress));
        assertThat(runner.get().run(one, directory)).isEmpty();
        told.clear();
        List<TrialResult> results = new StudyRunner((_, _, _, listener) -> {
            assertThat(listener.goesOnAfter(2, "of another log")).isFalse();
            assertThat(listener.goesOnAfter(2, log.get())).isTrue();
            assertThat(listener.told()).isEqualTo(log.get());
            return steps(listener, 3, 3);
        }, 1, progress).run(one, directory);
        assertThat(told).containsExactly("begin 1 0 3", "resumed 2", "step 3", "finished FINISHED");
        assertThat(results.getFirst().finalLoss()).as("the mean of all three").isEqualTo(2);
    }

    @Test
    void thatATrialBeginsAnewIsTold() throws Exception {
        TrialResult result = only((_, _, _, listener) -> {
            assertThat(listener.goesFurther()).isFalse();
            listener.beginsAnew("the checkpoint is damaged");
            return steps(listener, 1, 3);
        });
        assertThat(result.outcome()).isEqualTo(TrialStatus.FINISHED);
        assertThat(told).contains("restarted the checkpoint is damaged");
    }

    @Test
    void stepsAreToldInTheirOrder() throws Exception {
        assertThat(only((_, _, _, listener) -> steps(listener, 2, 3)).message()).isEqualTo("step 2 was told after step 0");
        assertThat(only((_, _, _, listener) -> {
            steps(listener, 1, 2);
            return steps(listener, 2, 3);
        }).message()).isEqualTo("step 2 was told after step 2");
    }

    @Test
    void whoStopsWithoutBeingAskedHasFailed() throws Exception {
        TrialResult result = only((_, _, _, _) -> new TrialOutcome(TrialOutcome.Ending.CANCELLED, 0));
        assertThat(result.outcome()).isEqualTo(TrialStatus.FAILED);
        assertThat(result.message()).isEqualTo("the executor stopped without having been asked to");
        assertThat(told).contains("finished FAILED");
    }

    @Test
    void nothingBeginsAfterARunWasCancelled() throws Exception {
        RunDirectory directory = run(false);
        StudyRunner runner = new StudyRunner(new SyntheticExecutor(3.1), 1, progress);
        runner.cancel();
        assertThat(runner.run(trials, directory)).isEmpty();
        assertThat(told).containsExactly("begin 4 0 12");
        assertThat(directory.root()).isEmptyDirectory();
    }

    /** It is most likely a consequence of the cancellation, and no property of the trial. */
    @Test
    void aTrialThatThrowsWhileItIsCancelledIsLeftOpen() throws Exception {
        RunDirectory directory = run(false);
        AtomicReference<StudyRunner> runner = new AtomicReference<>();
        runner.set(new StudyRunner((_, _, _, _) -> {
            runner.get().cancel();
            throw new IllegalStateException("closed");
        }, 1, progress));
        assertThat(runner.get().run(one, directory)).isEmpty();
        assertThat(directory.isRecorded(trial)).isFalse();
    }

    @Test
    void whatStopsTheRunnerItselfIsThrown() {
        StudyProgress broken = new StudyProgress() {
            @Override
            public void finished(TrialResult result) {
                throw new IllegalStateException("the terminal is gone");
            }
        };
        RunDirectory directory = run(false);
        assertThatThrownBy(() -> new StudyRunner(new SyntheticExecutor(3.1), 1, broken).run(trials, directory)).isInstanceOf(IllegalStateException.class)
                .hasMessage("the terminal is gone");
        assertThat(directory.isRecorded(trials.getFirst().trial())).isTrue();
    }

    @Test
    void aFailureIsNamedByWhatIsKnownOfIt() throws Exception {
        assertThat(only((_, _, _, _) -> {
            throw new ArithmeticException();
        }).message()).isEqualTo("ArithmeticException");
        assertThat(only((_, _, _, _) -> {
            throw new FileSystemException("model.safetensors", null, "No space left on device");
        }).message()).isEqualTo("model.safetensors: No space left on device");
        assertThat(only((_, _, _, _) -> {
            throw new NoSuchFileException("corpus.txt");
        }).message()).isEqualTo("corpus.txt (NoSuchFileException)");
        assertThat(told.stream().filter(line -> line.equals("finished FAILED"))).as("told, though two of them are left open").hasSize(3);
    }
}
