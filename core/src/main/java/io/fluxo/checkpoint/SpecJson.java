package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.Keys;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.PerLayer.Range;
import io.fluxo.setting.Type;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A ModelSpec as a JSON object with snake_case keys. A key that is left out has its default, as in a study. */
final class SpecJson {

    /** The key that says what kind of model a config.json describes. */
    static final String MODEL_TYPE = "model_type";

    private final Path file;
    private final Catalog catalog;

    private SpecJson(Path file, Catalog catalog) {
        this.file = file;
        this.catalog = catalog;
    }

    static ObjectNode write(ModelSpec spec, String modelType) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put(MODEL_TYPE, modelType);
        spec.values().forEach((key, value) -> object.set(key, node(Values.written(value))));
        return object;
    }

    /** Texts, numbers, truth values, lists and maps of these. */
    static JsonNode node(Object written) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (written) {
            case Integer number -> json.numberNode(number);
            case Double number -> json.numberNode(number);
            case Boolean truth -> json.booleanNode(truth);
            case String text -> json.stringNode(text);
            case List<?> items -> {
                ArrayNode array = json.arrayNode();
                items.forEach(item -> array.add(node(item)));
                yield array;
            }
            case Map<?, ?> entries -> {
                ObjectNode mapping = json.objectNode();
                entries.forEach((key, item) -> mapping.set((String) key, node(item)));
                yield mapping;
            }
            default -> throw new IllegalStateException("no JSON form for " + written.getClass());
        };
    }

    /** @param catalog the parts that the model may name, which may bring keys of their own */
    static ModelSpec read(Path file, ObjectNode object, Catalog catalog) {
        return new SpecJson(file, catalog).read(object);
    }

    private ModelSpec read(ObjectNode object) {
        Map<String, Object> values = new LinkedHashMap<>();
        object.properties().stream().filter(entry -> !entry.getKey().equals(MODEL_TYPE))
                .forEach(entry -> values.put(entry.getKey(), value(known(ModelSpec.KEYS, entry.getKey()), entry.getValue())));
        return ModelSpec.DEFAULT.withAll(values);
    }

    private Key<?> known(Keys keys, String name) {
        return keys.find(name).orElseThrow(() -> new CheckpointException(file, Text.format("unknown key %s; %s", shown(name),
                Nearest.to(name, keys.names()).map(nearest -> Text.format("perhaps %s was meant", nearest)).orElse("there are none here"))));
    }

    private Object value(Key<?> key, JsonNode node) {
        return value(key.name(), key.type(), node);
    }

    private Object value(String key, Type<?> type, JsonNode node) {
        return switch (type) {
            case Type.Whole _ when node.isInt() -> node.intValue();
            case Type.Real _ when node.isNumber() -> node.doubleValue();
            case Type.Truth _ when node.isBoolean() -> node.booleanValue();
            case Type.Words _ when node.isString() -> node.stringValue();
            case Type.FilePath _ when node.isString() -> node.stringValue();
            case Type.Label<?> label when node.isString() && label.constant(node.stringValue()).isPresent() -> label.constant(node.stringValue()).get();
            case Type.Part _ when node.isString() -> Choice.of(node.stringValue());
            case Type.Part part when node instanceof ObjectNode mapping -> choice(key, part, mapping);
            case Type.Items<?>(var item) when node instanceof ArrayNode items -> {
                List<Object> values = new ArrayList<>();
                items.forEach(one -> values.add(value(key, item, one)));
                yield List.copyOf(values);
            }
            case Type.ByLayer<?>(var item) -> layers(key, item, node);
            default -> throw new CheckpointException(file, Text.format("%s must be %s, not %s", key, type.wanted(), shown(node.toString())));
        };
    }

    private Choice choice(String key, Type.Part part, ObjectNode mapping) {
        JsonNode name = mapping.get(Choice.KIND_KEY);
        if (name == null || !name.isString()) {
            throw new CheckpointException(file, Text.format("%s is a mapping and names no %s under \"%s\"", key, part.kind().name(), Choice.KIND_KEY));
        }
        if (catalog.find(part.kind(), name.stringValue()).isEmpty()) {
            throw new CheckpointException(file, Text.format("%s: there is no %s called %s; there are %s", key, part.kind().name(), shown(name.stringValue()),
                    String.join(", ", catalog.names(part.kind()))));
        }
        Keys own = catalog.keys(part.kind(), name.stringValue());
        Choice choice = Choice.of(name.stringValue());
        for (Map.Entry<String, JsonNode> entry : mapping.properties()) {
            if (!entry.getKey().equals(Choice.KIND_KEY)) {
                choice = choice.with(known(own, entry.getKey()), value(known(own, entry.getKey()), entry.getValue()));
            }
        }
        return choice;
    }

    /** One value for all layers, or a mapping with a default. */
    private PerLayer<Object> layers(String key, Type<?> item, JsonNode node) {
        boolean byLayer = node instanceof ObjectNode mapping && !(item instanceof Type.Part && mapping.has(Choice.KIND_KEY));
        if (!byLayer) {
            return PerLayer.of(value(key, item, node));
        }
        JsonNode standard = node.get(PerLayer.STANDARD_KEY);
        if (standard == null) {
            throw new CheckpointException(file, Text.format("%s differs by layer, but says no \"%s\"", key, PerLayer.STANDARD_KEY));
        }
        SequencedMap<Range, Object> exceptions = new LinkedHashMap<>();
        node.properties().stream().filter(entry -> !entry.getKey().equals(PerLayer.STANDARD_KEY)).forEach(entry -> {
            Optional<Range> range = Range.parse(entry.getKey());
            exceptions.put(range.orElseThrow(() -> new CheckpointException(file, Text.format("%s: %s names no layers; there are %s", key,
                    shown(entry.getKey()), PerLayer.RANGES))), value(key, item, entry.getValue()));
        });
        return new PerLayer<>(value(key, item, standard), exceptions);
    }
}
