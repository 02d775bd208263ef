package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.model.ModelSpec;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A ModelSpec as a JSON object with snake_case keys. A key that is left out has its default, as in a study. */
final class SpecJson {

    /** The key that says what kind of model a config.json describes. */
    static final String MODEL_TYPE = "model_type";

    private static final RecordComponent[] COMPONENTS = ModelSpec.class.getRecordComponents();
    private static final List<String> KEYS = Arrays.stream(COMPONENTS).map(SpecJson::key).toList();

    private SpecJson() {}

    static ObjectNode write(ModelSpec spec, String modelType) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put(MODEL_TYPE, modelType);
        for (RecordComponent component : COMPONENTS) {
            object.set(key(component), node(value(component, spec)));
        }
        return object;
    }

    static ModelSpec read(Path file, ObjectNode object) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (!entry.getKey().equals(MODEL_TYPE) && !KEYS.contains(entry.getKey())) {
                throw new CheckpointException(file, "unknown key %s; perhaps %s was meant".formatted(shown(entry.getKey()),
                        Nearest.to(entry.getKey(), KEYS).orElseThrow()));
            }
        }
        Object[] values = Arrays.stream(COMPONENTS).map(component -> {
            JsonNode node = object.get(key(component));
            return node == null ? value(component, ModelSpec.DEFAULT) : value(file, component, node);
        }).toArray();
        try {
            Class<?>[] types = Arrays.stream(COMPONENTS).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return ModelSpec.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("cannot build a ModelSpec", impossible);
        }
    }

    /** {@code nLayers} → {@code n_layers}. */
    private static String key(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static Object value(RecordComponent component, ModelSpec spec) {
        try {
            return component.getAccessor().invoke(spec);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException("cannot read " + component, impossible);
        }
    }

    private static JsonNode node(Object value) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (value) {
            case Integer number -> json.numberNode(number);
            case Double number -> json.numberNode(number);
            case Boolean truth -> json.booleanNode(truth);
            case String text -> json.stringNode(text);
            case Enum<?> constant -> json.stringNode(label(constant));
            default -> throw new IllegalStateException("no JSON form for " + value.getClass());
        };
    }

    private static Object value(Path file, RecordComponent component, JsonNode node) {
        Class<?> type = component.getType();
        if (type == int.class && node.isInt()) {
            return node.intValue();
        }
        if (type == double.class && node.isNumber()) {
            return node.doubleValue();
        }
        if (type == boolean.class && node.isBoolean()) {
            return node.booleanValue();
        }
        if (type == String.class && node.isString()) {
            return node.stringValue();
        }
        if (type.isEnum() && node.isString()) {
            for (Object constant : type.getEnumConstants()) {
                if (label((Enum<?>) constant).equals(node.stringValue())) {
                    return constant;
                }
            }
        }
        throw new CheckpointException(file, "%s must be %s, not %s".formatted(key(component), wanted(type), shown(node.toString())));
    }

    private static String wanted(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).map(constant -> label((Enum<?>) constant)).collect(Collectors.joining(", ", "one of ", ""));
        }
        return type == int.class ? "a whole number" : type == double.class ? "a number" : type == boolean.class ? "true or false" : "text";
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
