package io.fluxo.experiments.compare.report;

import io.fluxo.experiments.bench.peak.Peak;
import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.drift.DriftJson;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.speed.SpeedResult;
import io.fluxo.experiments.compare.speed.SpeedRow;
import io.fluxo.experiments.file.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the page's charts are drawn from: {@code {hooks: [{name, points: [[hook, largest error over largest value]]}], drift: […], roofline: {…}}}; drift as
 * {@link DriftJson} has its curves, speed as points of intensity and GFLOP/s below a roof.
 */
final class ChartData {

    private static final String MODEL = "model ";
    private static final String CUMULATIVE = "/cumulative/";

    private ChartData() {}

    static ObjectNode of(ComparisonResult result) {
        ObjectNode root = Json.object();
        ArrayNode hooks = root.putArray("hooks");
        hooks(result).forEach((name, points) -> hooks.addObject().put("name", name).set("points", points));
        ArrayNode drift = root.putArray("drift");
        result.drift().forEach(one -> drift.addAll((ArrayNode) DriftJson.of(one).path("curves")));
        result.speed().ifPresent(speed -> root.set("roofline", roofline(speed)));
        return root;
    }

    private static ObjectNode roofline(SpeedResult speed) {
        ObjectNode node = Json.object().put("peak", speed.peak().f32()).put("memory", speed.peak().memory().gigabytes())
                .put("cache", speed.peak().bandwidths().stream().mapToDouble(Peak.Bandwidth::gigabytes).max().orElseThrow());
        Map<String, ArrayNode> backends = new LinkedHashMap<>();
        for (SpeedRow row : speed.rows()) {
            row.figures().filter(figures -> Double.isFinite(figures.intensity())).ifPresent(figures -> {
                ArrayNode point = backends.computeIfAbsent(row.backend() + " " + row.dtype().label(), _ -> Json.array()).addArray();
                point.add(figures.intensity()).add(figures.gflops()).add(row.what().substring("speed/".length())).add(figures.seconds());
            });
        }
        ArrayNode lines = node.putArray("backends");
        backends.forEach((name, points) -> lines.addObject().put("name", name).set("points", points));
        return node;
    }

    /** {@code pre, simd f32} → its hook points in the order of the pass. */
    private static Map<String, ArrayNode> hooks(ComparisonResult result) {
        Map<String, ArrayNode> lines = new LinkedHashMap<>();
        for (CompareRow row : result.rows()) {
            int at = row.what().indexOf(CUMULATIVE);
            if (at >= 0 && row.what().startsWith(MODEL) && row.figures().isPresent()) {                // blocks would be thirteen lines more
                String line = row.what().substring(MODEL.length(), at) + ", " + row.backend() + " " + row.dtype().label();
                ArrayNode point = lines.computeIfAbsent(line, _ -> Json.array()).addArray();
                point.add(row.what().substring(at + CUMULATIVE.length()));
                point.add(Json.number(row.figures().get().maxRel()));
            }
        }
        return lines;
    }
}
