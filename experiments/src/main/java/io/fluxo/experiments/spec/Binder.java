package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.model.PerLayer;
import io.fluxo.text.Text;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
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
 * Binds YAML nodes onto records and the types of their components. Starts from a default instance, so that a missing key keeps its default;
 * an unknown or doubled key, or a value of another type, is a {@link BadInput} that names file, line, key and what would be legal.
 */
final class Binder {

    private final String file;
    private final Map<String, Integer> lines = new HashMap<>();

    Binder(String file) {
        this.file = file;
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
    <R extends Record> R bind(Node node, String path, R defaults) {
        Map<String, Node> entries = mapping(node, path);
        Map<String, Type> types = RecordKeys.types(defaults.getClass());
        requireKnown(entries, path, types.keySet());
        Map<String, Object> bound = new LinkedHashMap<>();
        entries.forEach((key, value) -> bound.put(key, value(key, value, types, path + "." + key)));
        return RecordKeys.with(defaults, bound);
    }

    private Object value(String key, Node node, Map<String, Type> types, String path) {
        List<String> layered = types.keySet().stream().filter(name -> isPerLayer(types.get(name))).toList();
        if (node instanceof MappingNode && !isPerLayer(types.get(key)) && !layered.isEmpty()) {
            throw at(node, path, Text.format("is one value for the whole model, not a mapping; by layer there can be %s", String.join(", ", layered)));
        }
        return value(node, types.get(key), path);
    }

    private static boolean isPerLayer(Type type) {
        return type instanceof ParameterizedType parameterized && parameterized.getRawType() == PerLayer.class;
    }

    /** A node as a value of {@code type}: int, double, boolean, String, an enum, a list of these, or one for each layer. */
    Object value(Node node, Type type, String path) {
        if (type instanceof ParameterizedType parameterized) {
            Type item = parameterized.getActualTypeArguments()[0];
            return isPerLayer(type) ? perLayer(node, item, path) : list(node, item, path);
        }
        if (!(type instanceof Class<?> plain)) {
            throw new IllegalStateException("no YAML form for " + type);
        }
        if (!(node instanceof ScalarNode scalar)) {
            throw at(node, path, Text.format("must be %s, not %s", name(plain), kind(node)));
        }
        if (plain.isEnum()) {
            return constant(scalar, plain, path);
        }
        return switch (plain.getName()) {
            case "int", "java.lang.Integer" -> integer(scalar, path);
            case "double", "java.lang.Double" -> number(scalar, path);
            case "boolean", "java.lang.Boolean" -> truth(scalar, path);
            case "java.lang.String" -> text(scalar, path);
            default -> throw new IllegalStateException("no YAML form for " + type);
        };
    }

    /** {@code {default: pre, "0-2": post}}, or one value for all layers. */
    private PerLayer<Object> perLayer(Node node, Type item, String path) {
        if (!(node instanceof MappingNode)) {
            return PerLayer.of(value(node, item, path));
        }
        Map<String, Node> entries = mapping(node, path);
        if (!entries.containsKey(PerLayer.STANDARD_KEY)) {
            throw at(node, path, Text.format("must say what layers have by default, as in {%s: …, \"0-2\": …}", PerLayer.STANDARD_KEY));
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

    /** The items of a list, each as {@code item}; a scalar is not taken for a list of one. */
    List<Object> list(Node node, Type item, String path) {
        if (!(node instanceof SequenceNode sequence)) {
            throw at(node, path, Text.format("must be a list such as [a, b], not %s", kind(node)));
        }
        List<Object> items = new ArrayList<>();
        for (Node element : sequence.getValue()) {
            items.add(value(element, item, path));
        }
        return items;
    }

    private Object constant(ScalarNode scalar, Class<?> type, String path) {
        for (Object constant : type.getEnumConstants()) {
            if (Values.label(constant).equals(scalar.getValue())) {
                return constant;
            }
        }
        throw at(scalar, path, BadInput.legal("unknown value", scalar.getValue(), Values.labels(type)));
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

    private static String name(Class<?> type) {
        return type.isEnum() ? "one of " + String.join(", ", Values.labels(type)) : switch (type.getSimpleName()) {
            case "int", "Integer" -> "a whole number";
            case "double", "Double" -> "a number";
            case "boolean", "Boolean" -> "true or false";
            default -> "text";
        };
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
