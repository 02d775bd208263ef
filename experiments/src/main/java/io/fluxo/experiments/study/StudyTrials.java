package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.task.Tasks;
import java.util.List;
import java.util.stream.Stream;

/**
 * The trials of a study, ready to run.
 *
 * @param tuning      what is tried first; empty where nothing is tuned
 * @param provisional what is measured then, before anything was chosen
 * @param inputs      the files that they read
 */
public record StudyTrials(Study study, long seed, Tasks tasks, Locations locations, List<PreparedTrial> tuning, List<PreparedTrial> provisional,
                          StudyInputs inputs) {

    /**
     * Opens corpora: call when all that can be checked without them is.
     *
     * @throws io.fluxo.experiments.BadInput if a corpus cannot be read or is too short, or a model's vocabulary is smaller than its task's
     */
    public static StudyTrials of(Study study, long seed, Locations locations) {
        Tasks tasks = new Tasks();
        List<PreparedTrial> provisional = Trials.prepare(Trials.of(study, seed), tasks, locations);
        List<PreparedTrial> tuning = Trials.prepare(Trials.tuning(study, seed), tasks, locations);
        StudyInputs inputs = StudyInputs.of(Stream.concat(tuning.stream(), provisional.stream()).toList(), tasks, locations);
        return new StudyTrials(study, seed, tasks, locations, tuning, provisional, inputs);
    }

    /** What is measured, with what was chosen. */
    public List<PreparedTrial> measured(Tuning chosen) {
        return Trials.prepare(Trials.of(study, seed, chosen), tasks, locations);
    }

    /** All trials, in the order in which they run; what is still to be chosen is not in them. */
    public List<PreparedTrial> all() {
        return Stream.concat(tuning.stream(), provisional.stream()).toList();
    }
}
