package io.fluxo.experiments.spec;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.ModelSpec;
import io.fluxo.train.TrainingSpec;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A question put to a number of models.
 *
 * @param inquiry  what is asked, and what is recorded
 * @param variants name → dotted key ({@code model.family}) → value: models that differ in several keys; empty where {@code vary} says all
 * @param vary     dotted key ({@code model.placement}) → its values; always a grid, the first key slowest, within each of the variants
 * @param tune     what is chosen for each of them first
 * @param conditions what has to be so for the hypothesis to hold
 */
public record Study(Inquiry inquiry, TaskSpec task, ModelSpec model, TrainingSpec training, Map<String, Map<String, Object>> variants,
                    Map<String, List<Object>> vary, Tune tune, List<Condition> conditions) implements Sections {

    /** The largest study, in trials. */
    public static final int MAX_TRIALS = 10_000;

    /** {@link Inquiry#FINAL_LOSS}. */
    public static final String FINAL_LOSS = Inquiry.FINAL_LOSS;

    /** The loss on what is kept back from training, at the last step; there is one where {@code training.eval_every} is not 0. */
    public static final String VALIDATION_LOSS = "validation_loss";

    /** What variants can be compared on: a loss, or what the task's examination tells, such as {@code accuracy_at_32_pairs}. */
    public static final Pattern COMPARABLE = Pattern.compile("final_loss|validation_loss|exam_(loss|accuracy)|(loss|accuracy)_at_[0-9]+_[a-z_]+");

    /** What a specification means where it says nothing: the setting of {@code pre-vs-post}, nothing varied. */
    public static final Study DEFAULT = new Study(Inquiry.DEFAULT, TaskSpec.DEFAULT, ModelSpec.DEFAULT, TrainingSpec.DEFAULT, Map.of(), Map.of(), Tune.NOTHING,
            List.of());

    /** The axis on which variants with a name stand. */
    public static final String VARIANTS = "variants";

    /**
     * One of the models that are compared.
     *
     * @param vary its place on each of the {@link Study#axes}
     */
    public record Cell(Map<String, Object> vary, TaskSpec task, ModelSpec model, TrainingSpec training) implements Sections {

        /** Its name among the variants; empty where there are none. */
        public String variant() {
            return (String) vary.getOrDefault(VARIANTS, "");
        }

        /** The same with other values of some keys. */
        public Cell with(Map<String, Object> values) {
            return new Cell(vary, task.withAll(part("task.", values)), model.withAll(part("model.", values)), training.withAll(part("training.", values)));
        }

        /** The same, trained for {@code steps} at most. */
        public Cell forSteps(int steps) {
            return new Cell(vary, task, model, training.with(STEPS, Math.min(steps, training.get(STEPS))));
        }

        private static Map<String, Object> part(String prefix, Map<String, Object> values) {
            Map<String, Object> part = new LinkedHashMap<>();
            values.forEach((key, value) -> {
                if (key.startsWith(prefix)) {
                    part.put(key.substring(prefix.length()), value);
                }
            });
            return part;
        }
    }

    public Study {
        Map<String, Map<String, Object>> named = new LinkedHashMap<>();
        variants.forEach((variant, values) -> named.put(variant, Collections.unmodifiableMap(new LinkedHashMap<>(values))));
        variants = Collections.unmodifiableMap(named);
        Map<String, List<Object>> copy = new LinkedHashMap<>();
        vary.forEach((key, values) -> copy.put(key, List.copyOf(values)));
        vary = Collections.unmodifiableMap(copy);
        conditions = List.copyOf(conditions);
    }

    /** Letters, digits, {@code . _ -}; names folders. */
    public String name() {
        return inquiry.get(Inquiry.STUDY);
    }

    /** What is asked, in a sentence. */
    public String question() {
        return inquiry.get(Inquiry.QUESTION);
    }

    /** What is expected to be seen, in a sentence. */
    public String hypothesis() {
        return inquiry.get(Inquiry.HYPOTHESIS);
    }

    /** The verdict that is no surprise. */
    public StudyVerdict expected() {
        return inquiry.get(Inquiry.EXPECTED);
    }

    /** The measure in which variants are compared, see {@link #COMPARABLE}. */
    public String compareOn() {
        return inquiry.get(Inquiry.COMPARE_ON);
    }

    /** Trials of each variant, with consecutive seeds. */
    public int seeds() {
        return inquiry.get(Inquiry.SEEDS);
    }

    /** Seeds that each variant has at most, where they are added in stages; 0 where they are not. */
    public int mostSeeds() {
        return inquiry.get(Inquiry.MOST_SEEDS);
    }

    /** Seeds that the study may use for what is measured: none of them is used for anything else. */
    public int reservedSeeds() {
        return Math.max(seeds(), mostSeeds());
    }

    /** Differences in {@link #compareOn} that do not matter; 0 where nothing is said. */
    public double margin() {
        return inquiry.get(Inquiry.MARGIN);
    }

    /** What is recorded. */
    public List<String> measure() {
        return inquiry.get(Inquiry.MEASURE);
    }

    /** Training steps below which nothing is said of the hypothesis; 0 stands for {@code training.steps}. */
    public int judgedFrom() {
        return inquiry.get(Inquiry.JUDGED_FROM);
    }

    public Study with(Inquiry other) {
        return new Study(other, task, model, training, variants, vary, tune, conditions);
    }

    public Study named(String other) {
        return with(inquiry.with(Inquiry.STUDY, other));
    }

    public Study asking(String question, String hypothesis, StudyVerdict expected) {
        return with(inquiry.with(Inquiry.QUESTION, question).with(Inquiry.HYPOTHESIS, hypothesis).with(Inquiry.EXPECTED, expected));
    }

    public Study comparingOn(String measure) {
        return with(inquiry.with(Inquiry.COMPARE_ON, measure));
    }

    public Study withSeeds(int count) {
        return with(inquiry.with(Inquiry.SEEDS, count));
    }

    public Study measuring(String... measures) {
        return with(inquiry.with(Inquiry.MEASURE, List.of(measures)));
    }

    public Study withTask(TaskSpec other) {
        return new Study(inquiry, other, model, training, variants, vary, tune, conditions);
    }

    public Study withModel(ModelSpec other) {
        return new Study(inquiry, task, other, training, variants, vary, tune, conditions);
    }

    public Study withTraining(TrainingSpec other) {
        return new Study(inquiry, task, model, other, variants, vary, tune, conditions);
    }

    public Study withVariants(Map<String, Map<String, Object>> other) {
        return new Study(inquiry, task, model, training, other, vary, tune, conditions);
    }

    public Study withVary(Map<String, List<Object>> other) {
        return new Study(inquiry, task, model, training, variants, other, tune, conditions);
    }

    public Study withTune(Tune other) {
        return new Study(inquiry, task, model, training, variants, vary, other, conditions);
    }

    public Study withConditions(List<Condition> other) {
        return new Study(inquiry, task, model, training, variants, vary, tune, other);
    }

    /** The same, of which nothing is said below {@code steps} training steps; 0 for those it has. */
    public Study judgedFrom(int steps) {
        return with(inquiry.with(Inquiry.JUDGED_FROM, steps));
    }

    private Study expecting(StudyVerdict verdict) {
        return with(inquiry.with(Inquiry.EXPECTED, verdict));
    }

    /** The same, judged as {@code other} is, which has the same variants; they may have other names there, if its keys are in another order. */
    public Study judgedAs(Study other) {
        Map<String, Cell> theirs = VariantNames.of(other).byName();
        Map<Map<String, Object>, String> own = new LinkedHashMap<>();
        VariantNames.of(this).byName().forEach((name, cell) -> own.put(cell.vary(), name));
        List<Condition> renamed = other.conditions.stream().map(condition -> condition.renamed(name -> own.get(theirs.get(name).vary()))).toList();
        return withConditions(renamed).expecting(other.expected()).judgedFrom(other.judgedFrom());
    }

    /** The same with fewer steps than it was written with: nothing is said of its hypothesis then, and nothing is expected to be. */
    public Study cutTo(int steps) {
        Study cut = withTraining(training.with(TrainingSpec.STEPS, steps));
        return steps >= leastSteps() ? cut : cut.expecting(StudyVerdict.INCONCLUSIVE).judgedFrom(conditions.isEmpty() ? 0 : leastSteps());
    }

    /** Training steps below which its conditions are not judged. */
    public int leastSteps() {
        return judgedFrom() == 0 ? training.get(TrainingSpec.STEPS) : judgedFrom();
    }

    /** Whether it compares anything. */
    public boolean compares() {
        return !variants.isEmpty() || !vary.isEmpty();
    }

    /** The measure by which tuning chooses: the one that is compared, but never an examination, which would then no longer be one. */
    public String tunedOn() {
        return compareOn().equals(VALIDATION_LOSS) ? VALIDATION_LOSS : FINAL_LOSS;
    }

    /** Number of trials at most, those of tuning among them; saturates. */
    public long trialCount() {
        long points = Grid.size(vary);
        long tuning = variants.isEmpty() ? tried("") : variants.keySet().stream().mapToLong(this::tried).sum();
        return Math.min(Integer.MAX_VALUE, points * ((long) Math.max(1, variants.size()) * reservedSeeds() + tuning));
    }

    private long tried(String variant) {
        if (!tune.tunes(variant)) {
            return 0;
        }
        return tune.sampling().draws() ? tune.seeds() * tune.sampling().rungs(searchedSteps(training)).stream().mapToLong(Sampling.Rung::trials).sum() : tune.most(tune.grid(variant));
    }

    /** What variants differ in: which of the named ones they are, and the keys of the grid. Files are shown by what tells them apart. */
    public Map<String, List<Object>> axes() {
        Map<String, List<Object>> axes = new LinkedHashMap<>();
        if (!variants.isEmpty()) {
            axes.put(VARIANTS, List.copyOf(variants.keySet()));
        }
        vary.forEach((key, values) -> axes.put(key, FileKeys.shown(key(key), values)));
        return axes;
    }

    /** What is compared: each variant at each point of the grid, the first key slowest. Call only on a study within {@link #MAX_TRIALS}. */
    public List<Cell> cells() {
        List<Map<String, Object>> places = Grid.points(axes());
        List<Map<String, Object>> values = Grid.points(vary);
        return IntStream.range(0, places.size()).mapToObj(i -> {
            Cell base = new Cell(Collections.unmodifiableMap(places.get(i)), task, model, training);
            return base.with(variants.getOrDefault(base.variant(), Map.of())).with(values.get(i % values.size())); // the names are the slowest axis
        }).toList();
    }

    /** What a search that gives settings up has after its first round, of all variants together: steps, and how many trials at most. */
    public List<Sampling.Rung> laterRungs() {
        Map<Integer, Integer> trials = new TreeMap<>();
        if (tune.sampling().draws()) {
            cells().stream().filter(cell -> tune.tunes(cell.variant())).flatMap(cell -> tune.sampling().rungs(searchedSteps(cell.training())).stream().skip(1))
                    .forEach(rung -> trials.merge(rung.steps(), rung.trials(), Integer::sum));
        }
        return trials.entrySet().stream().map(rung -> new Sampling.Rung(rung.getKey(), rung.getValue())).toList();
    }

    /** Settings that show which keys matter for {@code cell}: what is tried, and of what is drawn the first of each key with each value, or end, of one of the others. */
    List<Map<String, Object>> examples(Cell cell) {
        if (!tune.sampling().draws()) {
            return tried(cell);
        }
        Map<String, List<Object>> values = new LinkedHashMap<>(tune.listed(cell.variant()));
        tune.sampling().ranges(cell.variant()).forEach((key, range) -> values.put(key, List.of(range.end(range.from()), range.end(range.to()))));
        Map<String, Object> first = new LinkedHashMap<>();
        values.forEach((key, listed) -> first.put(key, listed.getFirst()));
        return values.entrySet().stream().flatMap(entry -> entry.getValue().stream().map(value -> {
            Map<String, Object> example = new LinkedHashMap<>(first);
            example.put(entry.getKey(), value);
            return example;
        })).distinct().toList();
    }

    /** The most steps of a trial that tunes what is measured with {@code training}. */
    public int searchedSteps(TrainingSpec training) {
        return Math.min(tune.steps(), training.get(STEPS));
    }

    /**
     * What is tried before {@code cell} is measured: points of its tuning grid, or what was drawn; none where it is not tuned, and none of what is still to be drawn.
     */
    public List<Map<String, Object>> tried(Cell cell) {
        if (tune.sampling().draws()) {
            return tune.sampling().drawn().getOrDefault(cell.vary(), List.of());
        }
        Map<String, List<Object>> grid = tune.grid(cell.variant());
        return grid.isEmpty() ? List.of() : Grid.points(grid);
    }
}
