package io.fluxo.experiments.study.run;

import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import java.io.IOException;
import java.util.List;

/** Has the trials of one round trained, wherever it does that. */
public interface RoundRunner {

    /**
     * Trains those of {@code round} that have no result yet.
     *
     * @return the results of all of {@code round}, in its order
     * @throws RunStopped if it was asked to stop
     */
    List<TrialResult> run(List<PreparedTrial> round) throws RunStopped, IOException, InterruptedException;

    /**
     * Requires that {@code results} are recorded, since trials to come depend on them: with one left open, they could be others when it is run again.
     *
     * @throws java.io.UncheckedIOException that says what kept a result from being recorded, and how to go on
     */
    void requireRecorded(List<TrialResult> results);
}
