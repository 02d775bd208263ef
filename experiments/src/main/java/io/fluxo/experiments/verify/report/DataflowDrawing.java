package io.fluxo.experiments.verify.report;

import io.fluxo.experiments.verify.Digits;
import io.fluxo.experiments.verify.example.Dataflow;
import io.fluxo.experiments.verify.example.Published;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A run's dataflow as an SVG drawing: one row for each step, what skips rows drawn past them. */
final class DataflowDrawing {

    private static final int WIDTH = 720;
    private static final int ROW = 74;
    private static final int BOX = 46;
    private static final int PART = 32;
    private static final int HALF = 165;

    private final Dataflow flow;
    private final Map<String, double[]> values;
    private final Map<String, Integer> level = new LinkedHashMap<>();
    private final Map<String, double[]> centre = new LinkedHashMap<>();

    private DataflowDrawing(Dataflow flow, Map<String, double[]> values) {
        this.flow = flow;
        this.values = values;
    }

    static String svg(Dataflow flow, Map<String, double[]> values) {
        return new DataflowDrawing(flow, values).draw();
    }

    private String draw() {
        Set<String> nodes = new LinkedHashSet<>();
        flow.edges().forEach(edge -> {
            nodes.add(edge.from());
            nodes.add(edge.to());
        });
        nodes.forEach(this::level);
        int deepest = level.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        for (int row = 0; row <= deepest; row++) {
            int at = row;
            List<String> here = new ArrayList<>(nodes.stream().filter(node -> level.get(node) == at).toList());
            for (int i = 0; i < here.size(); i++) {
                centre.put(here.get(i), new double[] {WIDTH / 2.0 + (i - (here.size() - 1) / 2.0) * (2 * HALF + 20), 30 + row * ROW});
            }
        }
        StringBuilder svg = new StringBuilder(Text.format(
                "<svg class=\"flow\" viewBox=\"-70 0 %d %d\" role=\"img\" aria-label=\"dataflow of the block, with values\">", WIDTH + 70,
                60 + deepest * ROW));
        svg.append("<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>");
        flow.edges().forEach(edge -> svg.append(arrow(edge)));
        nodes.forEach(node -> svg.append(box(node)));
        return svg.append("</svg>").toString();
    }

    private int level(String node) {
        Integer known = level.get(node);
        if (known != null) {
            return known;
        }
        int deepest = flow.into(node).stream().mapToInt(edge -> level(edge.from()) + 1).max().orElse(0);
        level.put(node, deepest);
        return deepest;
    }

    private String arrow(Dataflow.Arrow edge) {
        double[] from = centre.get(edge.from());
        double[] to = centre.get(edge.to());
        if (level.get(edge.to()) - level.get(edge.from()) == 1) {
            return Text.format("<path class=\"edge\" marker-end=\"url(#tip)\" d=\"M%.0f %.0f L%.0f %.0f\"/>", from[0], from[1]
                    + half(edge.from()), to[0], to[1] - half(edge.to()));
        }
        double left = Math.min(from[0], to[0]) - HALF - 22;
        return Text.format("<path class=\"edge past\" marker-end=\"url(#tip)\" d=\"M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f\"/>",
                from[0] - HALF, from[1], left - 20,
                from[1] + 30, left - 20, to[1] - 30, to[0] - HALF, to[1]);
    }

    private double half(String node) {
        return values.containsKey(node) ? BOX / 2.0 : PART / 2.0;
    }

    private String box(String node) {
        double[] at = centre.get(node);
        double[] value = values.get(node);
        if (value == null) {
            String name = node.replaceAll("\\(.*", "").replace(Dataflow.CONTEXT, "context [x1, x2, x3]");
            return Text.format(
                    "<g class=\"part\"><rect x=\"%.0f\" y=\"%.0f\" width=\"220\" height=\"%d\" rx=\"16\"/><text x=\"%.0f\" y=\"%.0f\">%s</text></g>",
                    at[0] - 110,
                    at[1] - PART / 2.0, PART, at[0], at[1] + 5, name);
        }
        return Text.format(
                "<g class=\"value\"><rect x=\"%.0f\" y=\"%.0f\" width=\"%d\" height=\"%d\" rx=\"5\"/><text x=\"%.0f\" y=\"%.0f\">%s = %s</text>"
                + "<text class=\"printed\" x=\"%.0f\" y=\"%.0f\">printed %s</text></g>", at[0] - HALF, at[1] - BOX / 2.0, 2 * HALF, BOX, at[0],
                        at[1] - 3, node, Digits.text(value), at[0],
                at[1] + 15, Digits.text(Published.value(node)));
    }
}
