package io.fluxo.experiments.study.plan;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.inspect.measure.InstrumentMeasure;
import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Against;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.task.Exam;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether the tasks of a study report what its conditions ask for. What can be checked without opening the tasks was checked when the study was read.
 */
final class ConditionsOfTasks {

    private final Map<String, PreparedTrial> variants;
    private final Catalog catalog;
    private final Locations locations;

    private ConditionsOfTasks(List<PreparedTrial> trials, Catalog catalog, Locations locations) {
        this.catalog = catalog;
        this.variants = trials.stream().collect(Collectors.toMap(prepared -> prepared.trial().variant(), Function.identity(), (first, _) -> first));
        this.locations = locations;
    }

    /** @throws BadInput that names the first condition that cannot be judged, and where it stands */
    static void require(Study study, List<PreparedTrial> trials, Catalog catalog, Locations locations) {
        ConditionsOfTasks tasks = new ConditionsOfTasks(trials, catalog, locations);
        for (int i = 0; i < study.conditions().size(); i++) {
            tasks.require(study.conditions().get(i), Condition.path(i));
        }
    }

    private void require(Condition condition, String path) {
        Quantity quantity = condition.quantity();
        Stream.concat(Stream.of(quantity.of()), quantity.other().stream()).forEach(variant -> {
            PreparedTrial prepared = variants.get(variant);
            Exam exam = Exam.of(prepared.task(), prepared.trial().model().get(N_CTX));
            if (catalog.find(InstrumentMeasure.KIND, quantity.measure()).isPresent()) {
                layers(quantity, prepared.trial().model().get(N_LAYERS), path);
            } else if (quantity.at().isPresent()) {
                curve(quantity, exam, variant, path);
            } else {
                figure(quantity.measure(), exam, variant, path);
            }
        });
        condition.bounds().relativeTo().ifPresent(reference -> {
            if (variants.get(quantity.of()).reference(reference).isEmpty()) {
                throw locations.complaint(path + ".relative_to", Text.format("the %s of the task of %s is not known", reference.words(), quantity.of()));
            }
        });
    }

    private void figure(String measure, Exam exam, String variant, String path) {
        List<String> legal = new ArrayList<>(List.of(Study.FINAL_LOSS, Study.VALIDATION_LOSS, Condition.SPREAD, Condition.SPREAD_AT_START));
        legal.addAll(exam.figures());
        if (!legal.contains(measure)) {
            throw locations.complaint(path + ".measure", BadInput.legal(Text.format("%s has no figure", variant), measure, legal));
        }
    }

    private void curve(Quantity quantity, Exam exam, String variant, String path) {
        if (!exam.curves().contains(quantity.measure())) {
            throw locations.complaint(path + ".measure", exam.curves().isEmpty() ? Text.format("%s has no curve '%s', and no other", variant, quantity.measure())
                    : BadInput.legal(Text.format("%s has no curve", variant), quantity.measure(), exam.curves()));
        }
        place(quantity.at().getAsDouble(), exam, path + ".at");
        if (quantity.against() instanceof Against.LessAt(double place)) {
            place(place, exam, path + ".less_at");
        }
    }

    /** Whether the places of a measure by instruments are there; one that is a single number has none. */
    private void layers(Quantity quantity, int layers, String path) {
        quantity.at().ifPresent(place -> layer(place, layers, path + ".at"));
        if (quantity.against() instanceof Against.LessAt(double place)) {
            layer(place, layers, path + ".less_at");
        }
    }

    private void layer(double place, int layers, String path) {
        if (place != Math.rint(place) || place < 0 || place > layers) {
            throw locations.complaint(path, Text.format("there is no layer %s on the curve; there are 0 to %d", Values.label(place), layers));
        }
    }

    private void place(double place, Exam exam, String path) {
        if (!exam.at().contains(place)) {
            throw locations.complaint(path, Text.format("there is no %s %s on the curve; there are %s", exam.axis(), Values.label(place),
                    exam.at().stream().map(Values::label).collect(Collectors.joining(", "))));
        }
    }
}
