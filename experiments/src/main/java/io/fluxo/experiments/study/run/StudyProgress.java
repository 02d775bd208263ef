package io.fluxo.experiments.study.run;

import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import java.util.List;

/** Receives the progress of a study, from several threads. */
public interface StudyProgress extends AutoCloseable {

    StudyProgress SILENT = new StudyProgress() {};

    /** @param done trials that an earlier session finished */
    default void begin(int trials, int done, long stepsToGo) {}

    /** An unfinished trial resumes after {@code step}, which an earlier session reached. */
    default void resumed(Trial trial, int step) {}

    /** An unfinished trial restarts at its first step although it has a checkpoint, for the reason {@code why}. */
    default void restarted(Trial trial, String why) {}

    /** What the entries of a measure's arrays are, where they are not layers. */
    default void labels(Trial trial, String measure, List<String> entries) {}

    default void step(Trial trial, StepMetrics metrics) {}

    default void finished(TrialResult result) {}

    /** A trial that another process trained has its result. */
    default void finishedElsewhere(TrialResult result) {}

    /** Nothing is left to train here: {@code trials}, each with who trains it, are waited for. Told when it changes. */
    default void waiting(List<String> trials) {}

    @Override
    default void close() {}
}
