package io.fluxo.experiments.study.run;

import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import java.util.List;

/** Trains nothing: has the results that are recorded, and stops at the first round that is not finished. */
public final class Recorded implements RoundRunner {

    private final RunDirectory directory;
    private List<Trial> missing = List.of();

    public Recorded(RunDirectory directory) {
        this.directory = directory;
    }

    /** The trials of the round at which it stopped that have no result yet. */
    public List<Trial> missing() {
        return missing;
    }

    @Override
    public List<TrialResult> run(List<PreparedTrial> round) throws RunStopped {
        missing = round.stream().map(PreparedTrial::trial).filter(trial -> !directory.isRecorded(trial)).toList();
        if (!missing.isEmpty()) {
            throw new RunStopped();
        }
        return round.stream().map(prepared -> directory.result(prepared.trial()).orElseThrow()).toList();
    }

    @Override
    public void requireRecorded(List<TrialResult> results) {}
}
