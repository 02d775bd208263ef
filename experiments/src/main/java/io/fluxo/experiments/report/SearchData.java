package io.fluxo.experiments.report;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Range;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.setting.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Everything that was tried, each setting a line across an axis for each key: {@code {measure, axes: [{name, log, categories?}], tried: [{variant, values, loss, steps,
 * chosen}]}}. A value is a number, or the place of a category; null where a variant has no such key. The loss of what did not finish is null.
 */
final class SearchData {

    private static final int DIGITS = 5;

    private final Study study;
    private final StudyResult result;
    private final List<String> keys;

    SearchData(StudyResult result) {
        this.result = result;
        this.study = result.study();
        this.keys = study.tune().keys().stream().filter(key -> values(key).size() > 1).toList();
    }

    /** Whether there are several keys, so that no curve of one key shows all of it. */
    boolean isWorthShowing() {
        return keys.size() > 1;
    }

    ObjectNode build() {
        ObjectNode root = Json.object().put("measure", MeasureNames.spoken(result.tuning().measure()));
        ArrayNode axes = root.putArray("axes");
        ArrayNode tried = root.putArray("tried");
        if (!isWorthShowing()) {
            return root;
        }
        keys.forEach(key -> axes.add(axis(key)));
        for (Tuning.TunedChoice choice : result.tuning().chosen()) {
            int variant = IntStream.range(0, result.variants().size()).filter(i -> result.variants().get(i).id().equals(choice.variant())).findFirst().orElseThrow();
            for (Tuning.Attempt attempt : choice.tried()) {
                ObjectNode node = tried.addObject().put("variant", variant).put("steps", attempt.steps()).put("chosen", attempt == choice.best());
                node.set("loss", Json.rounded(attempt.loss(result.tuning().measure()), DIGITS));
                ArrayNode values = node.putArray("values");
                keys.forEach(key -> values.add(place(key, attempt.values().get(key))));
            }
        }
        return root;
    }

    private List<Object> values(String key) {
        return result.tuning().chosen().stream().flatMap(choice -> choice.tried().stream()).map(attempt -> attempt.values().get(key)).filter(Objects::nonNull).distinct().toList();
    }

    private boolean isNumeric(String key) {
        return values(key).stream().allMatch(Number.class::isInstance);
    }

    private ObjectNode axis(String key) {
        ObjectNode axis = Json.object().put("name", key.substring(key.indexOf('.') + 1)).put("log", isLogarithmic(key));
        if (!isNumeric(key)) {
            axis.set("categories", Json.of(values(key).stream().map(Values::label).toList()));
        }
        return axis;
    }

    /** Where a range says so, or a list of positive numbers goes over more than a factor of ten. */
    private boolean isLogarithmic(String key) {
        List<Range> ranges = new ArrayList<>();
        result.variants().forEach(variant -> {
            Range range = study.tune().sampling().ranges((String) variant.vary().getOrDefault(Study.VARIANTS, "")).get(key);
            if (range != null) {
                ranges.add(range);
            }
        });
        if (!isNumeric(key) || values(key).stream().anyMatch(value -> ((Number) value).doubleValue() <= 0)) {
            return false;
        }
        double least = values(key).stream().mapToDouble(value -> ((Number) value).doubleValue()).min().orElseThrow();
        double largest = values(key).stream().mapToDouble(value -> ((Number) value).doubleValue()).max().orElseThrow();
        return ranges.isEmpty() ? largest > 10 * least : ranges.stream().anyMatch(range -> range.scale() == Range.Scale.LOG);
    }

    private JsonNode place(String key, Object value) {
        return value == null ? Json.number(Double.NaN) : isNumeric(key) ? Json.number(((Number) value).doubleValue()) : Json.number(values(key).indexOf(value));
    }
}
