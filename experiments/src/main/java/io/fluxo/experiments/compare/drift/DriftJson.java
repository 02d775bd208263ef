package io.fluxo.experiments.compare.drift;

import io.fluxo.experiments.file.Json;
import io.fluxo.setting.Values;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Drift as JSON: {@code {"curves": […], "growth": […]}}. A number that is not finite, or that there is none of, is null. */
public final class DriftJson {

    private DriftJson() {}

    public static ObjectNode of(DriftResult result) {
        ObjectNode root = Json.object();
        ArrayNode curves = root.putArray("curves");
        result.curves().forEach(curve -> curves.add(of(curve)));
        ArrayNode growth = root.putArray("growth");
        result.growths().forEach(one -> growth.add(of(one)));
        return root;
    }

    private static ObjectNode of(DriftCurve curve) {
        ObjectNode node = Json.object().put("axis", Values.label(curve.axis())).put("of", Values.label(curve.of())).put("placement", curve.placement())
                .put("backend", curve.backend()).put("reference", curve.reference()).put("dtype", curve.dtype().label()).put("seed", curve.seed());
        node.set("x", Json.of(curve.xs()));
        node.set("distance", numbers(curve.distances()));
        node.set("loss_difference", numbers(curve.lossDifferences()));
        return node;
    }

    private static ObjectNode of(DriftGrowth growth) {
        ObjectNode node = Json.object().put("axis", Values.label(growth.axis())).put("of", Values.label(growth.of())).put("placement", growth.placement())
                .put("backend", growth.backend()).put("reference", growth.reference()).put("dtype", growth.dtype().label()).put("form", Values.label(growth.form()));
        node.set("rate", Json.number(growth.median()));
        node.set("interval", numbers(List.of(growth.interval().low(), growth.interval().high())));
        node.set("r2", Json.number(growth.fit()));
        node.set("last_distance", Json.number(growth.last()));
        return node.put("jumps", growth.jumps()).put("seeds", growth.n());
    }

    private static ArrayNode numbers(List<Double> values) {
        ArrayNode array = Json.object().putArray("numbers");
        values.forEach(value -> array.add(Json.number(value)));
        return array;
    }
}
