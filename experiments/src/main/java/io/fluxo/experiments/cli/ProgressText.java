package io.fluxo.experiments.cli;

import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.List;

/** The progress lines of a study, on a terminal and in a log alike. */
final class ProgressText {

    private static final int MOST_NAMED = 4;

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

    static String finishedElsewhere(int done, int trials, TrialResult result) {
        return Text.format("%d of %d: %s %s%s (by another process)", done, trials, result.trial().id(), Values.label(result.outcome()), LossText.ended(result));
    }

    /** @param others trials, each with who trains it */
    static String waiting(List<String> others) {
        return Text.format("waiting for %s: %s", Text.count(others.size(), "trial"), some(others));
    }

    /** The first of {@code names}, and how many more there are. */
    static String some(List<String> names) {
        String more = names.size() > MOST_NAMED ? Text.format(", and %d more", names.size() - MOST_NAMED) : "";
        return String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size()))) + more;
    }
}
