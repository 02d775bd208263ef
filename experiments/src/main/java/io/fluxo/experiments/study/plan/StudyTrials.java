package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyCheck;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.task.Exam;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Violation;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The trials of a study, ready to run.
 *
 * @param tuning      what is tried at first, so far as it does not depend on results; empty where nothing is tuned
 * @param provisional the measured trials as they are before anything was chosen
 * @param inputs      the files that they read
 * @param extensions  what tuning may come to try beyond its grids
 */
public record StudyTrials(Study study, long seed, Tasks tasks, Locations locations, List<PreparedTrial> tuning, List<PreparedTrial> provisional,
                          StudyInputs inputs, Extensions extensions) {

    /**
     * What tuning may come to try beyond its grids.
     *
     * @param obstacles to what is not written
     * @param possible  every such trial
     * @param most      as many of these as are trained at most
     */
    record Extensions(Obstacles obstacles, List<PreparedTrial> possible, List<PreparedTrial> most) {}

    /**
     * Opens corpora: call it after all that can be checked without them.
     *
     * @param catalog what placements and norms there are
     * @throws io.fluxo.experiments.BadInput if a corpus cannot be read or is too short, a model's vocabulary is smaller than its task's, a model
     *                                       would see its answers, it starts from another model, or variants are to be compared or judged by a
     *                                       figure that a task does not tell
     */
    public static StudyTrials of(Study written, long seed, Catalog catalog, Locations locations) {
        Study study = Draws.of(written, seed, catalog, locations);
        Tasks tasks = new Tasks(catalog);
        List<Trial> measured = Trials.of(study, seed);
        List<Trial> tuning = Trials.tuning(study, seed);
        Stream.concat(tuning.stream(), measured.stream()).forEach(trial -> Visibility.violation(trial, catalog).ifPresent(violation -> {
            throw StudyCheck.complaint(study, trial.vary(), violation, locations);
        }));
        List<PreparedTrial> provisional = Trials.prepare(measured, tasks, locations);
        provisional.forEach(prepared -> InstrumentCheck.require(prepared, catalog, locations));
        if (study.compares()) {
            provisional.forEach(prepared -> requireComparable(study.compareOn(), prepared, locations));
        }
        ConditionsOfTasks.require(study, provisional, catalog, locations);
        List<PreparedTrial> tried = Trials.prepare(tuning, tasks, locations);
        tried.forEach(prepared -> InstrumentCheck.require(prepared, catalog, locations));
        StudyInputs inputs = StudyInputs.of(Stream.concat(tried.stream(), provisional.stream()).toList(), tasks, locations);
        return new StudyTrials(study, seed, tasks, locations, tried, provisional, inputs, extensions(study, seed, tasks, catalog, locations))
                .require(trial -> StartingModel.violation(trial, catalog).stream().toList());
    }

    private static Extensions extensions(Study study, long seed, Tasks tasks, Catalog catalog, Locations locations) {
        Obstacles obstacles = Obstacles.of(tasks, catalog);
        Trials.Beyond beyond = Trials.beyond(study, seed, obstacles);
        return new Extensions(obstacles, Trials.prepare(beyond.possible(), tasks, locations), Trials.prepare(beyond.most(), tasks, locations));
    }

    /**
     * These trials, after a check that each of them can run.
     *
     * @param obstacles of a trial; asked once where several have the same model, task and training
     * @throws io.fluxo.experiments.BadInput that names the first, and where its key stands
     */
    public StudyTrials require(Function<PreparedTrial, List<Violation>> obstacles) {
        Set<List<Settings<?>>> seen = new HashSet<>();
        firstObstacle(all(), seen, obstacles, (one, violation) -> StudyCheck.complaint(study, one.trial().vary(), violation, locations));
        firstObstacle(extensions.possible, seen, obstacles, (one, violation) -> locations.complaint("tune.extend", Text.format("the search may come to %s: %s; bound the key"
                + " (tune.bounded), or let it go on by fewer", one.trial().id(), violation.message())));
        return this;
    }

    private static void firstObstacle(List<PreparedTrial> trials, Set<List<Settings<?>>> seen, Function<PreparedTrial, List<Violation>> obstacles,
                                      BiFunction<PreparedTrial, Violation, BadInput> complaint) {
        trials.stream().filter(one -> seen.add(List.of(one.trial().model(), one.trial().task(), one.trial().training()))).forEach(one ->
                obstacles.apply(one).stream().findFirst().ifPresent(violation -> {
                    throw complaint.apply(one, violation);
                }));
    }

    /** What the user should know before anything is trained. */
    public List<String> remarks() {
        return all().stream().flatMap(trial -> StartingModel.remark(trial).stream()).distinct().toList();
    }

    private static void requireComparable(String measure, PreparedTrial prepared, Locations locations) {
        List<String> legal = new ArrayList<>(List.of(Study.FINAL_LOSS, Study.VALIDATION_LOSS));
        legal.addAll(Exam.of(prepared.task(), prepared.trial().model().get(N_CTX)).figures());
        if (!legal.contains(measure)) {
            throw locations.complaint("compare_on", Text.format("%s: %s has no such figure", BadInput.legal("variants cannot be compared on", measure, legal),
                    prepared.trial().variant()));
        }
    }

    /** The trials of tuning beyond its grids, as many as there are at most. */
    public List<PreparedTrial> mostBeyond() {
        return extensions.most;
    }

    /** What was chosen, and what is to be tried next, given the {@code results} of the trials of tuning that were asked for until now. */
    public Tuning tuning(List<TrialResult> results) {
        return Tuning.of(study, extensions.obstacles, results);
    }

    /** The trials that {@code tuning} asks for next; none once everything is chosen. */
    public List<PreparedTrial> next(Tuning tuning) {
        return Trials.prepare(Trials.next(tuning, seed), tasks, locations);
    }

    /** The measured trials of the first {@code seeds}, with the chosen values. */
    public List<PreparedTrial> measured(Tuning chosen, int seeds) {
        return Trials.prepare(Trials.of(study, seed, chosen, seeds), tasks, locations);
    }

    /** All trials, in the order in which they run; what is still to be chosen is not in them. */
    public List<PreparedTrial> all() {
        return Stream.concat(tuning.stream(), provisional.stream()).toList();
    }
}
