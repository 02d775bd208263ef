package io.fluxo.experiments.cli;

import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.text.Text;
import java.io.PrintStream;

/** No progress, only what a user has to know. */
record QuietProgress(PrintStream out) implements StudyProgress {

    @Override
    public void restarted(Trial trial, String why) {
        out.println(text(trial, why));
    }

    static String text(Trial trial, String why) {
        return Text.format("fluxo: %s begins anew at step 1: %s", trial.id(), why);
    }
}
