package io.fluxo.layer;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A layer as readable text: its cells, then its parts, each indented one step further. A part without a name of its own within the layer is shown as
 * if it were the layer. Of neighbouring parts that differ only in name, the first is shown.
 */
final class Structure {

    private Structure() {}

    static String of(Layer layer) {
        return String.join("\n", lines(layer, layer.path(), ""));
    }

    private static List<String> lines(Layer layer, String name, String indent) {
        List<String> lines = new ArrayList<>();
        lines.add(indent + (name.isEmpty() ? "" : name + ": ") + layer.getClass().getSimpleName() + size(layer));
        lines.addAll(content(layer, indent + "  "));
        return lines;
    }

    private static List<String> content(Layer layer, String indent) {
        List<Layer> parts = named(layer).toList();
        List<Cell> within = parts.stream().flatMap(part -> part.cells().stream()).toList();
        List<String> lines = new ArrayList<>();
        layer.cells().stream().filter(cell -> !within.contains(cell)).forEach(cell -> lines.add(Text.format("%s%s %s%s", indent,
                relative(cell.name(), layer), cell.shape(), cell instanceof Buffer ? ", not trained" : "")));
        for (int i = 0; i < parts.size(); ) {
            Layer part = parts.get(i);
            lines.addAll(lines(part, relative(part.path(), layer), indent));
            int next = i + 1;
            while (next < parts.size() && lines(parts.get(next), "", "").equals(lines(part, "", ""))) {
                next++;
            }
            if (next > i + 1) {
                String last = relative(parts.get(next - 1).path(), layer);
                lines.add(Text.format("%s%s: the same", indent, next == i + 2 ? last : relative(parts.get(i + 1).path(), layer) + " … " + last));
            }
            i = next;
        }
        return lines;
    }

    /** The parts that have a name of their own, those of nameless parts among them. */
    private static Stream<Layer> named(Layer layer) {
        return layer.parts().stream().flatMap(part -> part.path().equals(layer.path()) ? named(part) : Stream.of(part));
    }

    private static String size(Layer layer) {
        List<Parameter> parameters = layer.parameters();
        if (parameters.isEmpty()) {
            return "";
        }
        boolean known = parameters.stream().allMatch(parameter -> parameter.shape().isKnown());
        return known ? Text.format(", %,d parameters", parameters.stream().mapToLong(parameter -> parameter.shape().elements()).sum()) : ", of symbolic size";
    }

    private static String relative(String name, Layer layer) {
        String within = layer.path() + ".";
        return name.startsWith(within) ? name.substring(within.length()) : name;
    }
}
