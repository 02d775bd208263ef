package io.fluxo.experiments.verify.example;

import io.fluxo.experiments.verify.Digits;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The chapter's diagrams, read; and a run's dataflow, drawn the same way. */
public final class Mermaid {

    private static final Pattern NODE = Pattern.compile("([A-Z])(?:\\[([^\\]]*)\\]|\\(([^)]*)\\))?");

    private Mermaid() {}

    /** The arrows of a diagram; nodes called as their labels say, {@code t2=x2+t1} as t2, a norm after the symbol that follows it. */
    public static SequencedSet<Dataflow.Arrow> edges(String diagram) {
        Map<String, String> labels = new LinkedHashMap<>();
        SequencedSet<String[]> arrows = new LinkedHashSet<>();
        for (String line : diagram.lines().filter(line -> line.contains("-->")).toList()) {
            Matcher node = NODE.matcher(line.replace("-->", " ").replace(";", ""));
            String[] arrow = new String[2];
            for (int end = 0; end < 2 && node.find(); end++) {
                arrow[end] = node.group(1);
                String label = node.group(2) != null ? node.group(2) : node.group(3);
                if (label != null) {
                    labels.put(arrow[end], symbol(label));
                }
            }
            arrows.add(arrow);
        }
        Map<String, String> follower = new LinkedHashMap<>();
        arrows.forEach(arrow -> follower.put(arrow[0], labels.get(arrow[1])));
        SequencedSet<Dataflow.Arrow> edges = new LinkedHashSet<>();
        for (String[] arrow : arrows) {
            edges.add(new Dataflow.Arrow(name(arrow[0], labels, follower), name(arrow[1], labels, follower)));
        }
        return edges;
    }

    private static String name(String node, Map<String, String> labels, Map<String, String> follower) {
        String label = labels.get(node);
        return label.equals("LayerNorm") ? Text.format("LayerNorm(%s)", follower.get(node)) : label;
    }

    private static String symbol(String label) {
        String name = label.contains("=") ? label.substring(0, label.indexOf('=')) : label;
        return switch (name) {
            case "x2" -> "x";
            case "hi" -> "h";
            default -> name;
        };
    }

    /** The dataflow as a Mermaid graph; a symbol's node shows its value, and the published one below. */
    public static String graph(Dataflow flow, Map<String, double[]> symbols) {
        StringBuilder text = new StringBuilder("graph LR\n");
        Map<String, String> ids = new LinkedHashMap<>();
        flow.edges().forEach(edge -> {
            for (String end : new String[] {edge.from(), edge.to()}) {
                ids.computeIfAbsent(end, node -> {
                    String id = "n" + ids.size();
                    double[] value = symbols.get(node);
                    text.append(value != null
                            ? Text.format("    %s[\"%s = %s<br>published %s\"]%n", id, node, Digits.text(value), Digits.text(Published.value(node)))
                            : Text.format("    %s(%s)%n", id, node.replaceAll("\\(.*", "")));
                    return id;
                });
            }
        });
        flow.edges().forEach(edge -> text.append(Text.format("    %s --> %s%n", ids.get(edge.from()), ids.get(edge.to()))));
        return text.toString();
    }
}
