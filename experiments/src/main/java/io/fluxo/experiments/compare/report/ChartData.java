package io.fluxo.experiments.compare.report;

import io.fluxo.experiments.compare.ComparisonResult;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.file.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the page's charts are drawn from: {@code {hooks: [{name, points: [[hook, largest error over largest value]]}]}}. */
final class ChartData {

    private static final String CUMULATIVE = "/cumulative/";

    private ChartData() {}

    static ObjectNode of(ComparisonResult result) {
        ObjectNode root = Json.object();
        ArrayNode hooks = root.putArray("hooks");
        hooks(result).forEach((name, points) -> hooks.addObject().put("name", name).set("points", points));
        return root;
    }

    /** {@code pre, simd f32} → its hook points in the order of the pass. */
    private static Map<String, ArrayNode> hooks(ComparisonResult result) {
        Map<String, ArrayNode> lines = new LinkedHashMap<>();
        for (CompareRow row : result.rows()) {
            int at = row.what().indexOf(CUMULATIVE);
            if (at >= 0 && row.figures().isPresent()) {
                String line = row.what().substring(0, at).replace("model ", "") + ", " + row.backend() + " " + row.dtype().label();
                ArrayNode point = lines.computeIfAbsent(line, _ -> Json.array()).addArray();
                point.add(row.what().substring(at + CUMULATIVE.length()));
                point.add(Json.number(row.figures().get().maxRel()));
            }
        }
        return lines;
    }
}
