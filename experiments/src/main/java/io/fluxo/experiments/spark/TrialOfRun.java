package io.fluxo.experiments.spark;

import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.Course;
import io.fluxo.experiments.study.run.RoundRunner;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds a trial by its id: goes through the study's course, by the results that the run's folder holds, to the round that the trial is in. */
final class TrialOfRun implements RoundRunner {

    private final RunDirectory directory;
    private final String id;
    private final Duration patience;
    private PreparedTrial found;

    private TrialOfRun(RunDirectory directory, String id, Duration patience) {
        this.directory = directory;
        this.id = id;
        this.patience = patience;
    }

    /**
     * The trial called {@code id}.
     *
     * @param patience how long a result of an earlier round may take until it is seen here: a network file system may show it late
     * @throws IOException if one is not seen, or there is no such trial
     */
    static PreparedTrial find(StudyTrials trials, RunDirectory directory, String id, Duration patience) throws IOException, InterruptedException {
        TrialOfRun search = new TrialOfRun(directory, id, patience);
        try {
            Course.run(trials, search);
        } catch (RunStopped here) {
            return search.found;
        }
        throw new IOException(Text.format("%s: its study has no trial %s", directory.root(), id));
    }

    @Override
    public List<TrialResult> run(List<PreparedTrial> round) throws RunStopped, IOException, InterruptedException {
        Optional<PreparedTrial> here = round.stream().filter(prepared -> prepared.trial().id().equals(id)).findFirst();
        if (here.isPresent()) {
            found = here.get();
            throw new RunStopped();
        }
        List<TrialResult> results = new ArrayList<>();
        for (PreparedTrial prepared : round) {
            results.add(result(prepared));
        }
        return results;
    }

    private TrialResult result(PreparedTrial prepared) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Optional<TrialResult> result = directory.result(prepared.trial());
        while (result.isEmpty()) {
            if (System.nanoTime() - begin >= patience.toNanos()) {
                throw new FileNotFoundException(Text.format("%s is not there, on which trial %s depends", directory.record(prepared.trial()), id));
            }
            Thread.sleep(500);
            result = directory.result(prepared.trial());
        }
        return result.get();
    }

    /** They are: the results come from the folder. */
    @Override
    public void requireRecorded(List<TrialResult> results) {}
}
