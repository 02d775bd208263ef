package io.fluxo.experiments.study.run;

import io.fluxo.experiments.study.numbers.Stages;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A study that was carried out to its end: rounds of trials, each laid out from the results of those before and from nothing else. Trials of a round do not
 * depend on each other. Whoever carries it out, on one machine or on several, therefore trains the same trials; those that have a result are not trained again.
 *
 * @param tuning   what was chosen
 * @param measured the trials that the study is judged by
 * @param results  theirs, in the same order
 */
public record Course(Tuning tuning, List<PreparedTrial> measured, List<TrialResult> results) {

    /** Carries the study out. */
    public static Course run(StudyTrials trials, RoundRunner runner) throws RunStopped, IOException, InterruptedException {
        Tuning tuning = tune(trials, runner);
        List<Integer> stages = Stages.of(trials.study()).seeds();
        for (int seeds : stages) {
            List<PreparedTrial> measured = trials.measured(tuning, seeds);
            List<TrialResult> results = runner.run(measured);
            if (seeds == stages.getLast() || StudyResult.decided(trials.study(), results)) {
                return new Course(tuning, measured, results);
            }
            runner.requireRecorded(results);
        }
        throw new AssertionError("there is a last stage");
    }

    private static Tuning tune(StudyTrials trials, RoundRunner runner) throws RunStopped, IOException, InterruptedException {
        List<TrialResult> tried = new ArrayList<>();
        while (true) {
            Tuning tuning = trials.tuning(tried);
            List<PreparedTrial> round = trials.next(tuning);
            if (round.isEmpty()) {
                return tuning;
            }
            List<TrialResult> results = runner.run(round);
            runner.requireRecorded(results);
            tried.addAll(results);
        }
    }

    /** The results of all trials, those of tuning first. */
    public List<TrialResult> all() {
        Stream<TrialResult> tried = tuning.chosen().stream().flatMap(choice -> choice.tried().stream()).flatMap(attempt -> attempt.results().stream());
        return Stream.concat(tried, results.stream()).toList();
    }
}
