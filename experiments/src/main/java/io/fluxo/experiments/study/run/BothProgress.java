package io.fluxo.experiments.study.run;

import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import java.util.List;

/** Tells two what happens, the first one first. */
public record BothProgress(StudyProgress first, StudyProgress second) implements StudyProgress {

    @Override
    public void begin(int trials, int done, long stepsToGo) {
        first.begin(trials, done, stepsToGo);
        second.begin(trials, done, stepsToGo);
    }

    @Override
    public void resumed(Trial trial, int step) {
        first.resumed(trial, step);
        second.resumed(trial, step);
    }

    @Override
    public void restarted(Trial trial, String why) {
        first.restarted(trial, why);
        second.restarted(trial, why);
    }

    @Override
    public void labels(Trial trial, String measure, List<String> entries) {
        first.labels(trial, measure, entries);
        second.labels(trial, measure, entries);
    }

    @Override
    public void step(Trial trial, StepMetrics metrics) {
        first.step(trial, metrics);
        second.step(trial, metrics);
    }

    @Override
    public void finished(TrialResult result) {
        first.finished(result);
        second.finished(result);
    }

    @Override
    public void finishedElsewhere(TrialResult result) {
        first.finishedElsewhere(result);
        second.finishedElsewhere(result);
    }

    @Override
    public void waiting(List<String> trials) {
        first.waiting(trials);
        second.waiting(trials);
    }

    @Override
    public void close() {
        try (first; second) {
            // both, even if one fails
        }
    }
}
