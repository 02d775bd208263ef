package io.fluxo.experiments.study.run;

import static io.fluxo.experiments.Fixtures.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.result.Results;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.study.trial.TrialResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seeds in stages, from the first round to the one that decides. */
class CourseTest {

    private static final String STUDY = """
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 8, n_ctx: 8}
            training: {steps: 3, batch: 2}
            measure: [loss]
            vary: {model.placement: [pre, post]}
            seeds: 3
            most_seeds: 10
            """;

    @TempDir
    Path folder;

    private final Map<String, RunDirectory> directories = new HashMap<>();
    private final ConcurrentLinkedQueue<String> trained = new ConcurrentLinkedQueue<>();

    /**
     * Trials whose loss is their seed, and for post {@code difference} more, with 0, +0.01 and −0.01 in turn; noted when they are trained. Student's t is then √3·100·difference with three
     * seeds; it has to be above 7.65 there, since three stages count, and above 3.53 with six.
     */
    private TrialExecutor losses(double difference) {
        return (trial, _, _, listener) -> {
            trained.add(trial.id());
            double loss = trial.seed() + (trial.variant().equals("placement=post") ? difference + List.of(-0.01, 0.0, 0.01).get((int) trial.seed() % 3) : 0);
            for (int step = 1; step <= 3; step++) {
                listener.step(new StepMetrics(step, loss, 1e-3, Map.of(), OptionalDouble.empty()));
            }
            return new TrialOutcome(TrialOutcome.Ending.FINISHED, 1_000);
        };
    }

    private StudyResult run(String yaml, String name, TrialExecutor executor, int jobs) throws Exception {
        Study study = study(yaml);
        StudyTrials trials = StudyTrials.of(study, 1, Fixtures.ALL, Locations.of("test"));
        RunDirectory directory = directories.computeIfAbsent(name, _ -> RunDirectory.create(folder.resolve(name), false));
        Course course = Course.run(trials, new RoundRunner() {
            @Override
            public List<TrialResult> run(List<PreparedTrial> round) throws RunStopped, IOException, InterruptedException {
                List<TrialResult> results = new StudyRunner(executor, jobs, StudyProgress.SILENT).run(round, directory);
                if (results.stream().anyMatch(result -> !result.message().isEmpty())) {
                    throw new RunStopped();
                }
                return results;
            }

            @Override
            public void requireRecorded(List<TrialResult> results) {
                assertThat(results).allMatch(result -> directory.isRecorded(result.trial()));
            }
        });
        return StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, course.measured(), course.results(), _ -> new ModelSize(1_000, 3_000));
    }

    @Test
    void aDifferenceThatIsShownEndsIt() throws Exception {
        assertThat(run(STUDY, "clear", losses(1), 2).seeds()).isEqualTo(3);
        assertThat(trained).hasSize(6);
    }

    @Test
    void seedsAreAddedUntilItIsShown() throws Exception {
        StudyResult result = run(STUDY, "small", losses(0.02), 2);
        assertThat(result.seeds()).isEqualTo(6);
        assertThat(result.comparisons().getFirst().shown()).isTrue();
        assertThat(trained).as("each trial once").hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    void withoutADifferenceItGoesToTheMost() throws Exception {
        StudyResult result = run(STUDY, "none", losses(0), 2);
        assertThat(result.seeds()).isEqualTo(10);
        assertThat(result.comparisons().getFirst().shown()).isFalse();
    }

    @Test
    void thatThereIsNoneLargerThanTheMarginEndsItToo() throws Exception {
        StudyResult result = run(STUDY + "margin: 0.1\n", "equal", losses(0), 2);
        assertThat(result.seeds()).isEqualTo(3);
        assertThat(result.comparisons().getFirst().evidence().equivalent()).isTrue();
        assertThat(result.comparisons().getFirst().shown()).isFalse();
    }

    @Test
    void withoutTheKeyThereIsOneStage() throws Exception {
        assertThat(run(STUDY.replace("most_seeds: 10\n", ""), "one", losses(0), 2).seeds()).isEqualTo(3);
    }

    @Test
    void neitherJobsNorAnInterruptionInALaterStageChangeAnything() throws Exception {
        String whole = Json.pretty(Results.json(run(STUDY, "whole", losses(0), 1)));
        assertThat(Json.pretty(Results.json(run(STUDY, "many", losses(0), 7)))).isEqualTo(whole);
        trained.clear();
        TrialExecutor good = losses(0);
        TrialExecutor breaking = (trial, task, model, listener) -> {
            if (trial.seed() == 8) {
                throw new IOException("the disk is full");
            }
            return good.execute(trial, task, model, listener);
        };
        assertThatThrownBy(() -> run(STUDY, "parts", breaking, 2)).isInstanceOf(RunStopped.class);
        assertThat(Json.pretty(Results.json(run(STUDY, "parts", good, 3)))).isEqualTo(whole);
        assertThat(trained).as("what was done is not done again").hasSize(20).doesNotHaveDuplicates();
    }

    /** What was asked for, and whether its results then had to be recorded: r, or else -. */
    private static final class Noted implements RoundRunner {

        private final StudyRunner runner;
        private final RunDirectory directory;
        private final StringBuilder rounds = new StringBuilder();

        Noted(StudyRunner runner, RunDirectory directory) {
            this.runner = runner;
            this.directory = directory;
        }

        @Override
        public List<TrialResult> run(List<PreparedTrial> round) throws InterruptedException {
            rounds.append(round.size()).append('-');
            return runner.run(round, directory);
        }

        @Override
        public void requireRecorded(List<TrialResult> results) {
            rounds.setCharAt(rounds.length() - 1, 'r');
        }
    }

    @Test
    void whatLaterTrialsDependOnHasToBeRecorded() throws Exception {
        Noted stages = new Noted(new StudyRunner(losses(0), 2, StudyProgress.SILENT), RunDirectory.create(folder.resolve("stages"), false));
        Course course = Course.run(StudyTrials.of(study(STUDY), 1, Fixtures.ALL, Locations.of("test")), stages);
        assertThat(stages.rounds).as("the last stage is followed by none").hasToString("6r12r20-");
        assertThat(course.all()).isEqualTo(course.results()).hasSize(20);
    }

    @Test
    void whatWasTriedStandsBeforeWhatWasMeasured() throws Exception {
        String yaml = STUDY.replace("most_seeds: 10\n", "tune: {steps: 3, over: {training.lr: [1e-3, 3e-3]}}\n");
        Noted tuned = new Noted(new StudyRunner(losses(0), 2, StudyProgress.SILENT), RunDirectory.create(folder.resolve("tuned"), false));
        Course course = Course.run(StudyTrials.of(study(yaml), 1, Fixtures.ALL, Locations.of("test")), tuned);
        assertThat(tuned.rounds).hasToString("4r6-");
        assertThat(course.all()).hasSize(10);
        assertThat(course.all().subList(4, 10)).isEqualTo(course.results());
        assertThat(course.all().subList(0, 4)).allMatch(result -> result.trial().id().contains("tune"));
    }
}
