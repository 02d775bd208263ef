package io.fluxo.experiments.study.work;

import io.fluxo.experiments.study.run.RoundRunner;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialResult;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** Has a round's trials trained by this process and all others that work on the run. */
public final class SharedRunner implements RoundRunner {

    private final Crew crew;
    private final Supplier<StudyProgress> progress;
    private boolean stopped;
    private SharedRound current;

    /**
     * What a process brings to the work.
     *
     * @param jobs trials at a time
     */
    public record Crew(TrialExecutor executor, int jobs, Shard shard, RunDirectory run, Leases leases) {}

    /** @param progress of one round */
    public SharedRunner(Crew crew, Supplier<StudyProgress> progress) {
        this.crew = crew;
        this.progress = progress;
    }

    /** Asks the trials that are running here to stop, and starts no more. */
    public synchronized void cancel() {
        stopped = true;
        if (current != null) {
            current.cancel();
        }
    }

    private synchronized SharedRound begin(List<PreparedTrial> round, StudyProgress told) {
        current = new SharedRound(crew, round, told);
        if (stopped) {
            current.cancel();
        }
        return current;
    }

    @Override
    public List<TrialResult> run(List<PreparedTrial> round) throws RunStopped, IOException, InterruptedException {
        try (StudyProgress told = progress.get()) {
            return begin(round, told).run();
        }
    }

    /** They are: a round ends here when each of its trials has its record, whoever wrote it. */
    @Override
    public void requireRecorded(List<TrialResult> results) {}
}
