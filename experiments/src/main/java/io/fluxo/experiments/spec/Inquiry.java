package io.fluxo.experiments.spec;

import io.fluxo.experiments.inspect.measure.InstrumentMeasure;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.train.Measure;
import io.fluxo.train.Measures;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a study asks, and what it records to answer it: the keys of a study that hold one value each. */
public final class Inquiry extends Settings<Inquiry> {

    /** The mean training loss over the last 20 steps, which every trial has. */
    public static final String FINAL_LOSS = "final_loss";

    /** What is always recorded. */
    public static final String LOSS = "loss";

    /** What is recorded where nothing is said: the loss, and every measure that Fluxo itself brings. */
    private static final List<String> STANDARD = measures(Measures.BUILT_IN.stream().map(Measure::label));

    public static final Key<String> STUDY = Key.of("study", Type.words(), "study",
            "the study's name: letters, digits, '.', '_' or '-'; names folders. The name of a built-in study brings its settings and its rule for a verdict;"
                    + " without this key a file is named after itself and brings neither");

    public static final Key<String> QUESTION = Key.of("question", Type.words(), "", "what is asked, in a sentence");

    public static final Key<String> HYPOTHESIS = Key.of("hypothesis", Type.words(), "", "what is expected to be seen, in a sentence");

    public static final Key<StudyVerdict> EXPECTED = Key.of("expected", Type.label(StudyVerdict.class), StudyVerdict.INCONCLUSIVE,
            "the verdict that is no surprise: holds where there are conditions and nothing else is said, and inconclusive without them; a built-in study says"
                    + " its own");

    public static final Key<String> COMPARE_ON = Key.of("compare_on", Type.words(), FINAL_LOSS,
            "the measure in which variants are compared: final_loss, validation_loss, or a figure of the task's examination such as exam_accuracy or"
                    + " accuracy_at_32_pairs; tuning goes by validation_loss if that is compared, and by final_loss otherwise");

    public static final Key<Integer> SEEDS = Key.of("seeds", Type.whole(1), 3, "trials of each point of the grid, with consecutive seeds");

    public static final Key<Integer> MOST_SEEDS = Key.of("most_seeds", Type.whole(0), 0,
            "seeds are added in stages, twice as many each time, until every comparison is decided or there are this many; p counts for every stage there may be. 0: seeds alone");

    public static final Key<Double> MARGIN = Key.of("margin", Type.real(Type.Real.Range.NOT_NEGATIVE), 0.0,
            "differences in compare_on that are smaller do not matter: whether each is shown to be smaller is tested; 0 for no such test");

    public static final Key<List<String>> MEASURE = Key.of("measure", Type.list(Type.words()), STANDARD,
            "what is recorded: the loss at every step, measures by layer at some steps, and by instruments once, of the trained model (lens_kl_by_layer, induction_score,"
                    + " contribution_norm_by_layer)");

    public static final Key<Integer> JUDGED_FROM = Key.of("judged_from", Type.whole(0), 0,
            "training steps below which nothing is said of the hypothesis; 0 stands for training.steps");

    public static final Keys KEYS = Keys.of(STUDY, QUESTION, HYPOTHESIS, EXPECTED, COMPARE_ON, SEEDS, MOST_SEEDS, MARGIN, MEASURE, JUDGED_FROM);

    /** Every key has its standard value. */
    public static final Inquiry DEFAULT = new Inquiry(Map.of());

    /** What can be recorded: the loss, and the measures that are registered, of training and of the trained model. */
    public static List<String> measures(Catalog catalog) {
        return measures(Stream.concat(catalog.names(Measure.KIND).stream(), catalog.names(InstrumentMeasure.KIND).stream()));
    }

    private static List<String> measures(Stream<String> registered) {
        return Stream.concat(Stream.of(LOSS), registered).toList();
    }

    private Inquiry(Map<String, Object> set) {
        super(set);
    }

    @Override
    protected Inquiry made(Map<String, Object> set) {
        return new Inquiry(set);
    }

    @Override
    public Keys keys() {
        return KEYS;
    }
}
