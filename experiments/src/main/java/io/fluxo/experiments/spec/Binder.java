package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.LayerKey;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Values;
import io.fluxo.text.Spelling;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Binds YAML nodes onto settings, by the types of their keys. Starts from default settings, so that a missing key keeps its default; an unknown or doubled key, or a value of another type, is a {@link BadInput} that names file, line, key and what would be legal.
 */
final class Binder {

    private final String file;
    private final Catalog catalog;
    private final Map<String, Integer> lines = new HashMap<>();

    /** @param catalog the parts that a value may name */
    Binder(String file, Catalog catalog) {
        this.file = file;
        this.catalog = catalog;
    }

    /** Where the keys seen so far stand. */
    Locations locations() {
        return new Locations(file, lines);
    }

    /** The entries of a mapping, by key. */
    Map<String, Node> mapping(Node node, String path) {
        if (!(node instanceof MappingNode mapping)) {
            throw at(node, path, Text.format("must be a mapping of keys to values, not %s", kind(node)));
        }
        Map<String, Node> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw at(tuple.getKeyNode(), path, Text.format("a key must be a word, not %s", kind(tuple.getKeyNode())));
            }
            String name = key.getValue();
            String keyPath = path.isEmpty() ? name : path + "." + name;
            if (entries.put(name, tuple.getValueNode()) != null) {
                throw at(key, keyPath, "the key appears twice, first on line " + lines.get(keyPath));
            }
            lines.put(keyPath, YamlFile.lineOf(key));
        }
        return entries;
    }

    /** Refuses keys that are not among {@code legal}. */
    void requireKnown(Map<String, Node> entries, String path, Collection<String> legal) {
        for (String key : entries.keySet()) {
            if (!legal.contains(key)) {
                String keyPath = path.isEmpty() ? key : path + "." + key;
                throw new BadInput(Text.format("%s:%d: %s", file, lines.get(keyPath), BadInput.legal("unknown key", keyPath, prefixed(path, legal))));
            }
        }
    }

    private static List<String> prefixed(String path, Collection<String> keys) {
        return keys.stream().map(key -> path.isEmpty() ? key : path + "." + key).toList();
    }

    /** {@code defaults} with the keys of {@code node} in place of its own. */
    <S extends Settings<S>> S bind(Node node, String path, S defaults) {
        Map<String, Node> entries = mapping(node, path);
        requireKnown(entries, path, defaults.keys().names());
        return defaults.withAll(values(entries, path, defaults.keys()));
    }

    private Map<String, Object> values(Map<String, Node> entries, String path, Keys keys) {
        Map<String, Object> bound = new LinkedHashMap<>();
        entries.forEach((name, node) -> {
            Key<?> key = keys.find(name).orElseThrow();
            boolean written = node instanceof MappingNode && !(key.type() instanceof Type.ByLayer<?>) && !(key.type() instanceof Type.Part);
            List<String> layered = keys.all().stream().filter(LayerKey.class::isInstance).map(Key::name).toList();
            if (written && !layered.isEmpty()) {
                throw at(node, path + "." + name, Text.format("is one value for the whole model, not a mapping; by layer there can be %s",
                        String.join(", ", layered)));
            }
            bound.put(name, value(node, key.type(), path + "." + name));
        });
        return bound;
    }

    /** A node as a value of {@code type}. */
    Object value(Node node, Type<?> type, String path) {
        return switch (type) {
            case Type.ByLayer<?>(var item) -> perLayer(node, item, path);
            case Type.Items<?>(var item) -> List.copyOf(list(node, item, path));
            case Type.Part part when node instanceof MappingNode -> choice(node, part, path);
            default -> scalar(node, type, path);
        };
    }

    private Object scalar(Node node, Type<?> type, String path) {
        if (!(node instanceof ScalarNode scalar)) {
            throw at(node, path, Text.format("must be %s, not %s", type.wanted(), kind(node)));
        }
        return switch (type) {
            case Type.Whole _ -> integer(scalar, path);
            case Type.Real _ -> number(scalar, path);
            case Type.Truth _ -> truth(scalar, path);
            case Type.Words _, Type.FilePath _ -> text(scalar, path);
            case Type.Label<?> label -> constant(scalar, label, path);
            case Type.Part part -> Choice.of(name(scalar, text(scalar, path), part, path));
            case Type.Items<?> _, Type.ByLayer<?> _ -> throw new IllegalStateException("is no scalar: " + type);
        };
    }

    /** {@code name}, which has to be that of a registered part. */
    private String name(Node node, String name, Type.Part part, String path) {
        if (catalog.find(part.kind(), name).isEmpty()) {
            throw at(node, path, Spelling.legal("unknown " + part.kind().name(), name, catalog.names(part.kind())));
        }
        return name;
    }

    /** {@code {kind: mine, sharpness: 2}}. */
    private Choice choice(Node node, Type.Part part, String path) {
        Map<String, Node> entries = mapping(node, path);
        Node kind = entries.remove(Choice.KIND_KEY);
        if (kind == null) {
            throw at(node, path, Text.format("must say %s, as in %s", Choice.KIND_KEY, example(part)));
        }
        String name = name(kind, (String) scalar(kind, Type.words(), path + "." + Choice.KIND_KEY), part, path);
        Keys own = catalog.keys(part.kind(), name);
        if (own.all().isEmpty() && !entries.isEmpty()) {
            throw at(node, path, Text.format("the %s '%s' has no keys of its own, such as %s", part.kind().name(), name, entries.keySet().iterator().next()));
        }
        requireKnown(entries, path, own.names());
        Choice choice = Choice.of(name);
        for (Map.Entry<String, Object> entry : values(entries, path, own).entrySet()) {
            choice = choice.with(own.find(entry.getKey()).orElseThrow(), entry.getValue());
        }
        return choice;
    }

    /** {@code {default: pre, "0-2": post}}, or one value for all layers. */
    private PerLayer<Object> perLayer(Node node, Type<?> item, String path) {
        if (!(node instanceof MappingNode mapping) || item instanceof Type.Part && names(mapping, Choice.KIND_KEY)) {
            return PerLayer.of(value(node, item, path));
        }
        Map<String, Node> entries = mapping(node, path);
        if (!entries.containsKey(PerLayer.STANDARD_KEY)) {
            throw at(node, path, Text.format("must say what layers have by default, as in {%s: …, \"0-2\": …}%s", PerLayer.STANDARD_KEY,
                    item instanceof Type.Part part ? ", or name one for all, as in " + example(part) : ""));
        }
        SequencedMap<PerLayer.Range, Object> exceptions = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            if (!key.equals(PerLayer.STANDARD_KEY)) {
                PerLayer.Range range = PerLayer.Range.parse(key).orElseThrow(() ->
                        at(value, path, Text.format("'%s' names no layers; there are %s, %s", key, PerLayer.STANDARD_KEY, PerLayer.RANGES)));
                if (exceptions.put(range, value(value, item, path)) != null) {
                    throw at(value, path, Text.format("the layers '%s' are named twice", range));
                }
            }
        });
        return new PerLayer<>(value(entries.get(PerLayer.STANDARD_KEY), item, path), exceptions);
    }

    private String example(Type.Part part) {
        return Text.format("{%s: %s}", Choice.KIND_KEY, catalog.names(part.kind()).getFirst());
    }

    private static boolean names(MappingNode mapping, String key) {
        return mapping.getValue().stream().anyMatch(tuple -> tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key));
    }

    /** The items of a list, each as {@code item}; a scalar is not taken for a list of one. */
    List<Object> list(Node node, Type<?> item, String path) {
        if (!(node instanceof SequenceNode sequence)) {
            throw at(node, path, Text.format("must be a list such as [a, b], not %s", kind(node)));
        }
        List<Object> items = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            items.add(value(element, item, path));
        }
        return items;
    }

    private Object constant(ScalarNode scalar, Type.Label<?> label, String path) {
        return label.constant(scalar.getValue()).orElseThrow(() ->
                at(scalar, path, Spelling.legal("unknown value", scalar.getValue(), Values.labels(label.constants()))));
    }

    private Integer integer(ScalarNode scalar, String path) {
        if (scalar.getTag().equals(Tag.INT)) {
            try {
                String digits = scalar.getValue();
                return digits.startsWith("0x") ? Integer.valueOf(digits.substring(2), 16)
                        : digits.startsWith("0o") ? Integer.valueOf(digits.substring(2), 8)
                        : Integer.valueOf(digits);
            } catch (NumberFormatException e) {
                throw at(scalar, path, Text.format("%s is beyond the whole numbers that fit (±%,d)", scalar.getValue(), Integer.MAX_VALUE));
            }
        }
        throw at(scalar, path, Text.format("must be a whole number, not %s", kind(scalar)));
    }

    private Double number(ScalarNode scalar, String path) {
        if (scalar.getTag().equals(Tag.FLOAT)) {
            return switch (scalar.getValue().toLowerCase(java.util.Locale.ROOT)) {
                case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
                case "-.inf" -> Double.NEGATIVE_INFINITY;
                case ".nan" -> Double.NaN;
                case String digits -> Double.valueOf(digits);
            };
        }
        if (scalar.getTag().equals(Tag.INT) && !scalar.getValue().startsWith("0x") && !scalar.getValue().startsWith("0o")) {
            return Double.valueOf(scalar.getValue());
        }
        throw at(scalar, path, Text.format("must be a number, not %s", kind(scalar)));
    }

    private Boolean truth(ScalarNode scalar, String path) {
        if (scalar.getTag().equals(Tag.BOOL)) {
            return Boolean.valueOf(scalar.getValue().toLowerCase(java.util.Locale.ROOT));
        }
        throw at(scalar, path, Text.format("must be true or false, not %s", kind(scalar)));
    }

    private String text(ScalarNode scalar, String path) {
        if (scalar.getTag().equals(Tag.STR)) {
            return scalar.getValue();
        }
        throw at(scalar, path, Text.format("must be text, not %s; put it in quotes if it is meant as text", kind(scalar)));
    }

    /** A complaint about {@code node}, on its own line: in a long list that is closer than the key's. */
    BadInput at(Node node, String path, String message) {
        return new BadInput(Text.format("%s:%d: %s%s", file, YamlFile.lineOf(node), path.isEmpty() ? "" : path + ": ", message));
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode mapping -> "a mapping";
            case SequenceNode sequence -> sequence.getValue().isEmpty() ? "an empty list" : "a list";
            case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing (null)";
            case ScalarNode scalar when scalar.getTag().equals(Tag.STR) -> Text.format("the text '%s'", shortened(scalar.getValue()));
            case ScalarNode scalar -> shortened(scalar.getValue());
            default -> "that";
        };
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "…";
    }
}
