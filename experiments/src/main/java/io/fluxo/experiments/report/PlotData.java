package io.fluxo.experiments.report;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.Plot;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.setting.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Measurements of trained models, as lines to draw: {@code {measure, axis, title, log_x, log_y, categories?, lines: [{name, variants, points: [[x,
 * mean, low, high]]}]}}. A line of one variant has one number in {@code variants}, otherwise each point has its own.
 */
final class PlotData {

    private static final int DIGITS = 5;

    private final StudyResult result;

    PlotData(StudyResult result) {
        this.result = result;
    }

    ArrayNode build() {
        ArrayNode plots = Json.array();
        Set<String> named = new LinkedHashSet<>();
        for (Plot plot : result.definition().plots()) {
            named.add(plot.measure());
            ObjectNode node = switch (plot) {
                case Plot.Along along -> along(along);
                case Plot.Across across -> across(across);
            };
            if (!node.path("lines").isEmpty()) {
                plots.add(node);
            }
        }
        for (String measure : curves()) {
            if (named.add(measure)) {
                String title = measure.replace('_', ' ');
                plots.add(along(new Plot.Along(measure, title.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + title.substring(1), Plot.Scale.LINEAR)));
            }
        }
        return plots;
    }

    private Set<String> curves() {
        Set<String> measures = new LinkedHashSet<>();
        result.variants().forEach(variant -> variant.trials().forEach(trial -> trial.findings().curves().forEach(curve -> measures.add(curve.measure()))));
        return measures;
    }

    private static ObjectNode node(Plot plot, String axis) {
        ObjectNode node = Json.object();
        node.put("measure", plot.measure()).put("axis", axis).put("title", plot.title());
        node.put("log_x", plot.scale().logX()).put("log_y", plot.scale().logY());
        return node;
    }

    private ObjectNode along(Plot.Along plot) {
        String axis = "";
        ArrayNode lines = Json.array();
        for (int i = 0; i < result.variants().size(); i++) {
            StudyResult.VariantResult variant = result.variants().get(i);
            SortedMap<Double, List<Double>> byPlace = new TreeMap<>();
            for (var trial : variant.trials()) {
                for (AxisCurve curve : trial.findings().curves()) {
                    if (curve.measure().equals(plot.measure())) {
                        axis = curve.axis();
                        for (int k = 0; k < curve.at().size(); k++) {
                            byPlace.computeIfAbsent(curve.at().get(k), place -> new ArrayList<>()).add(curve.values().get(k));
                        }
                    }
                }
            }
            if (!byPlace.isEmpty()) {
                ObjectNode line = lines.addObject().put("name", variant.id());
                line.putArray("variants").add(i);
                ArrayNode points = line.putArray("points");
                byPlace.forEach((place, values) -> points.add(point(place, values)));
            }
        }
        return node(plot, axis).set("lines", lines);
    }

    private ObjectNode across(Plot.Across plot) {
        List<Object> places = result.study().axes().getOrDefault(plot.key(), List.of());
        boolean numbers = places.stream().allMatch(Number.class::isInstance);
        Map<String, ObjectNode> lines = new LinkedHashMap<>();
        for (int i = 0; i < result.variants().size(); i++) {
            StudyResult.VariantResult variant = result.variants().get(i);
            Map<String, Object> shared = new LinkedHashMap<>(variant.vary());
            Object place = shared.remove(plot.key());
            List<Double> values = variant.values(plot.measure());
            if (place == null || values.isEmpty()) {
                continue;
            }
            List<String> names = new ArrayList<>();
            shared.forEach((key, value) -> names.add((key.equals(Study.VARIANTS) ? "" : key.substring(key.lastIndexOf('.') + 1) + "=") + Values.label(value)));
            ObjectNode line = lines.computeIfAbsent(String.join(",", names), name -> {
                ObjectNode begun = Json.object().put("name", name);
                begun.putArray("variants");
                begun.putArray("points");
                return begun;
            });
            ((ArrayNode) line.path("variants")).add(i);
            ((ArrayNode) line.path("points")).add(point(numbers ? ((Number) place).doubleValue() : places.indexOf(place), values));
        }
        ObjectNode node = node(plot, plot.key().substring(plot.key().lastIndexOf('.') + 1));
        if (!numbers) {
            node.set("categories", Json.of(places.stream().map(Values::label).toList()));
        }
        return node.set("lines", Json.array().addAll(lines.values()));
    }

    private static ArrayNode point(double place, List<Double> values) {
        List<Double> known = values.stream().filter(Double::isFinite).toList();
        return Json.array().add(Json.number(place)).add(Json.rounded(known.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN), DIGITS))
                .add(Json.rounded(known.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN), DIGITS))
                .add(Json.rounded(known.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN), DIGITS));
    }
}
