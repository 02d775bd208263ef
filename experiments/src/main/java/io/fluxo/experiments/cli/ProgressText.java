package io.fluxo.experiments.cli;

import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;

/** The progress lines of a study, on a terminal and in a log alike. */
final class ProgressText {

    private ProgressText() {}

    static String begun(int trials, int done, long stepsToGo) {
        return done == 0 ? Text.format("%s, %s", Text.count(trials, "trial"), Text.count(stepsToGo, "step"))
                : Text.format("%,d of %s %s finished already, %s to go", done, Text.count(trials, "trial"), trials == 1 ? "is" : "are",
                Text.count(stepsToGo, "step"));
    }

    static String resumed(Trial trial, int step) {
        return Text.format("%s goes on after step %,d", trial.id(), step);
    }

    static String finished(int done, int trials, TrialResult result) {
        return Text.format("%d of %d: %s %s%s (%s)", done, trials, result.trial().id(), Values.label(result.outcome()), LossText.ended(result),
                Durations.text(result.seconds()));
    }
}
