package io.fluxo.experiments.spec;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.inspect.measure.InstrumentMeasure;
import io.fluxo.experiments.spec.Condition.Against;
import io.fluxo.experiments.spec.Condition.Bounds;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import io.fluxo.train.Measures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether conditions can be judged, as far as it can be said before the tasks are open. */
final class ConditionCheck {

    /** What an examination tells along an axis. */
    static final Pattern CURVE = Pattern.compile("(loss|accuracy)_by_[a-z_]+");

    private static final List<String> SPREADS = List.of(Condition.SPREAD, Condition.SPREAD_AT_START);

    private final Study study;
    private final Map<String, Study.Cell> variants;
    private final Catalog catalog;
    private final Locations locations;

    private ConditionCheck(Study study, Catalog catalog, Locations locations) {
        this.catalog = catalog;
        this.study = study;
        this.variants = VariantNames.of(study).byName();
        this.locations = locations;
    }

    /** @throws BadInput that names the first thing that is wrong, and where */
    static void check(Study study, Catalog catalog, Locations locations) {
        if (study.conditions().isEmpty()) {
            if (study.judgedFrom() != 0) {
                throw locations.complaint(ConditionReader.FROM, "does nothing without conditions");
            }
            return;
        }
        if (study.judgedFrom() < 0) {
            throw locations.complaint(ConditionReader.FROM, Text.format("must be at least 1, or 0 for training.steps, not %d", study.judgedFrom()));
        }
        if (study.training().get(STEPS) < study.leastSteps() && study.expected() != StudyVerdict.INCONCLUSIVE) {
            throw locations.complaint(ConditionReader.FROM, Text.format("nothing is said of fewer steps than %d, and training.steps is %d: the verdict can"
                    + " only be expected: inconclusive", study.leastSteps(), study.training().get(STEPS)));
        }
        ConditionCheck check = new ConditionCheck(study, catalog, locations);
        for (int i = 0; i < study.conditions().size(); i++) {
            Condition condition = study.conditions().get(i);
            String path = Condition.path(i);
            check.quantity(condition.quantity(), path);
            check.bounds(condition, path);
        }
    }

    private void quantity(Quantity quantity, String path) {
        String measure = quantity.measure();
        Optional<InstrumentMeasure> instrument = catalog.find(InstrumentMeasure.KIND, measure);
        boolean curve = instrument.map(InstrumentMeasure::byLayer).orElse(CURVE.matcher(measure).matches());
        if (instrument.isEmpty() && !curve && !SPREADS.contains(measure) && !Study.COMPARABLE.matcher(measure).matches()) {
            throw locations.complaint(path + ".measure", BadInput.legal("unknown measure", measure, List.of(Study.FINAL_LOSS, Study.VALIDATION_LOSS,
                    "exam_loss", "exam_accuracy", Condition.SPREAD, Condition.SPREAD_AT_START))
                    + ", or a figure such as accuracy_at_32_pairs, or a curve such as loss_by_position"
                    + (catalog.names(InstrumentMeasure.KIND).isEmpty() ? "" : ", or what an instrument measures: " + String.join(", ", catalog.names(InstrumentMeasure.KIND))));
        }
        if (curve && quantity.at().isEmpty()) {
            throw locations.complaint(path + ".measure", Text.format("%s is a curve: say at which of its places, such as at: 1", measure));
        }
        if (!curve && (quantity.at().isPresent() || quantity.against() instanceof Against.LessAt)) {
            throw locations.complaint(path + (quantity.at().isPresent() ? ".at" : ".less_at"), Text.format("%s is one number; only a curve such as"
                    + " loss_by_position has places", measure));
        }
        if (quantity.against() instanceof Against.LessAt(double place) && place == quantity.at().getAsDouble()) {
            throw locations.complaint(path + ".less_at", Text.format("is the same place (at: %s): the difference is always 0", Values.label(place)));
        }
        Stream.concat(Stream.of(Map.entry("of", quantity.of())), quantity.other().stream().map(name -> Map.entry(against(quantity), name))).forEach(named ->
                measured(measure, path + "." + named.getKey(), named.getValue()));
        if (quantity.other().filter(quantity.of()::equals).isPresent()) {
            throw locations.complaint(path + "." + against(quantity), Text.format("'%s' would be compared with itself", quantity.of()));
        }
    }

    private static String against(Quantity quantity) {
        return quantity.against() instanceof Against.Over ? "over" : "less";
    }

    /** Whether {@code measure} is one of the variant {@code name}. */
    private void measured(String measure, String path, String name) {
        Study.Cell cell = variants.get(name);
        if (cell == null) {
            throw locations.complaint(path, BadInput.legal("there is no variant", name, variants.keySet()));
        }
        if (measure.equals(Study.VALIDATION_LOSS) && cell.training().get(EVAL_EVERY) == 0) {
            throw locations.complaint(path, Text.format("validation_loss needs training.eval_every of at least 1: '%s' has none", name));
        }
        if (catalog.find(InstrumentMeasure.KIND, measure).isPresent() && !study.measure().contains(measure)) {
            throw locations.complaint(path, Text.format("%s is not among what is recorded (measure)", measure));
        }
        if (SPREADS.contains(measure)) {
            String needed = Measures.STREAM_GRAD_NORM_BY_LAYER.label();
            if (!study.measure().contains(needed)) {
                throw locations.complaint(path, Text.format("%s needs %s among what is recorded (measure)", measure, needed));
            }
            if (cell.model().get(FAMILY) == ModelSpec.Family.NGRAM) {
                throw locations.complaint(path, Text.format("'%s' has no %s: family ngram counts, and has no gradient", name, measure));
            }
        }
    }

    private void bounds(Condition condition, String path) {
        Bounds bounds = condition.bounds();
        bound(bounds.above(), path + ".above");
        bound(bounds.below(), path + ".below");
        if (bounds.above().isPresent() && bounds.below().isPresent() && bounds.above().getAsDouble() >= bounds.below().getAsDouble()) {
            throw locations.complaint(path + ".below", Text.format("nothing is above %s and below %s", Values.label(bounds.above().getAsDouble()),
                    Values.label(bounds.below().getAsDouble())));
        }
        bounds.relativeTo().ifPresent(reference -> {
            if (!(condition.quantity().against() instanceof Against.Nothing) || !condition.quantity().isLoss()) {
                throw locations.complaint(path + ".relative_to", Text.format("the %s is a loss: only bounds of a loss itself can be counted from it, not those of %s",
                        reference.words(), condition.quantity().isLoss() ? "a difference or a ratio" : condition.quantity().measure()));
            }
        });
    }

    private void bound(OptionalDouble bound, String path) {
        if (bound.isPresent() && !Double.isFinite(bound.getAsDouble())) {
            throw locations.complaint(path, Text.format("must be a finite number, not %s", Values.label(bound.getAsDouble())));
        }
    }
}
