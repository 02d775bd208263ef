package io.fluxo.experiments.study.run;

import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
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
     * @throws UncheckedIOException that says what kept a result from being recorded, and how to go on
     */
    void requireRecorded(List<TrialResult> results);

    /** What is said where a result that is depended on is not recorded. */
    static UncheckedIOException unrecorded(TrialResult result, String continuing) {
        String message = Text.format("trial %s failed: %s; what is measured depends on it; when that is mended, this goes on: %s", result.trial().id(),
                result.message(), continuing);
        return new UncheckedIOException(message, new IOException(result.message()));
    }
}
