package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.spec.FileKeys;
import io.fluxo.experiments.spec.Inquiry;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.model.ModelSpec;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Lays a study out as trials: variant by variant, seed by seed. */
public final class Trials {

    private Trials() {}

    /**
     * The trials that are measured, once it is known what was chosen for them.
     *
     * @throws BadInput if the seeds run past what a long holds
     */
    public static List<Trial> of(Study study, long firstSeed, Tuning tuning) {
        return of(study, firstSeed, tuning, study.seeds());
    }

    /** The same with so many {@code seeds}. */
    static List<Trial> of(Study study, long firstSeed, Tuning tuning, int seeds) {
        requireSeeds(study, firstSeed);
        TrialIds ids = new TrialIds(study);
        Set<String> measures = new LinkedHashSet<>(study.measure());
        measures.remove(Inquiry.LOSS);
        List<Trial> trials = new ArrayList<>();
        int number = 0;
        for (Study.Cell cell : study.cells()) {
            TrialIds.Name variant = ids.variant(++number);
            Study.Cell tuned = cell.with(tuning.values(variant.shown()));
            for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
                String id = cell.vary().isEmpty() ? "seed=" + seed : variant.folder() + ",seed=" + seed;
                trials.add(new Trial(id, variant.shown(), cell.vary(), seed, tuned.model(), tuned.training(), tuned.task(), measures));
            }
        }
        return trials;
    }

    /** The trials of a study in which nothing is tuned, or as they would be with the first values of what is. */
    public static List<Trial> of(Study study, long firstSeed) {
        return of(study, firstSeed, Tuning.NONE);
    }

    /**
     * The trials of tuning with which it begins. None where nothing is tuned.
     *
     * @throws BadInput if the seeds run past what a long holds
     */
    public static List<Trial> tuning(Study study, long firstSeed) {
        return next(Tuning.of(study, List.of()), firstSeed);
    }

    /** The trials that {@code tuning} asks for next. */
    static List<Trial> next(Tuning tuning, long firstSeed) {
        return tuning.open().stream().flatMap(open -> ofPoint(open, tuning.study(), firstSeed)).toList();
    }

    /** The trials of one point: one for each seed, under its id alone where there is one. */
    static Stream<Trial> ofPoint(Tuning.Open open, Study study, long firstSeed) {
        requireSeeds(study, firstSeed);
        long first = firstSeed + study.reservedSeeds();
        return LongStream.range(first, first + study.tune().seeds()).mapToObj(seed -> new Trial(study.tune().seeds() == 1 ? open.id() : open.id() + ",seed=" + seed, open.id(),
                open.cell().vary(), seed, open.cell().model(), open.cell().training(), open.cell().task(), Set.of()));
    }

    /**
     * Trials of tuning beyond what is written.
     *
     * @param possible all that may come to be asked for
     * @param most     as many of these as are trained at most
     */
    record Beyond(List<Trial> possible, List<Trial> most) {}

    static Beyond beyond(Study study, long firstSeed, Obstacles obstacles) {
        TrialIds ids = new TrialIds(study);
        List<Trial> possible = new ArrayList<>();
        List<Trial> most = new ArrayList<>();
        int number = 0;
        for (Study.Cell cell : study.cells()) {
            TrialIds.Name variant = ids.variant(++number);
            int place = study.tried(cell).size();
            ExtendedGrid.Reach reach = new ExtendedGrid(study, cell, obstacles).reach();
            for (Search.Point point : reach.possible()) {
                String id = ids.tuning(variant, point.values(), ++place);
                List<Trial> trials = ofPoint(new Tuning.Open(cell.with(point.values()).forSteps(point.steps()), id), study, firstSeed).toList();
                possible.addAll(trials);
                if (reach.most().contains(point)) {
                    most.addAll(trials);
                }
            }
        }
        return new Beyond(possible, most);
    }

    private static void requireSeeds(Study study, long firstSeed) {
        if (firstSeed > Long.MAX_VALUE - study.reservedSeeds() - study.tune().seeds()) {
            throw new BadInput(Text.format("--seed %d: too large for %d consecutive seeds", firstSeed, study.reservedSeeds()));
        }
    }

    /**
     * Opens what the trials learn from.
     *
     * @throws BadInput if a corpus cannot be read or is too short, or a model's vocabulary is smaller than its task's
     */
    public static List<PreparedTrial> prepare(List<Trial> trials, Tasks tasks, Locations locations) {
        List<PreparedTrial> prepared = new ArrayList<>();
        for (Trial trial : trials) {
            Task task = open(trial, tasks, locations);
            tooFewIds(trial.model(), task).ifPresent(why -> {
                throw locations.complaint("model.d_vocab", why + "; leave it out to have it filled in");
            });
            int vocabulary = Math.max(trial.model().get(D_VOCAB), task.vocabulary());
            prepared.add(new PreparedTrial(trial.withModel(trial.model().withVocabulary(vocabulary)), task));
        }
        return prepared;
    }

    /** Why {@code model} has no room for the ids of {@code task}; empty where it has. */
    static Optional<String> tooFewIds(ModelSpec model, Task task) {
        int given = model.get(D_VOCAB);
        return given > 0 && given < task.vocabulary() ? Optional.of(Text.format("d_vocab %,d is smaller than the task's vocabulary of %,d", given, task.vocabulary()))
                : Optional.empty();
    }

    private static Task open(Trial trial, Tasks tasks, Locations locations) {
        try {
            Task task = tasks.open(trial.task(), trial.training().get(EVAL_EVERY) > 0);
            task.require(trial.model().get(N_CTX));
            return task;
        } catch (BadInput unusable) {
            throw locations.complaint(locations.givenBy(FileKeys.of(trial.task()), trial.vary()), unusable.getMessage(), unusable);
        }
    }
}
