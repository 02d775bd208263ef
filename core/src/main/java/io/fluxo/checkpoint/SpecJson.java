package io.fluxo.checkpoint;

import static io.fluxo.checkpoint.CheckpointException.shown;

import io.fluxo.model.ModelSpec;
import io.fluxo.model.PerLayer;
import io.fluxo.model.PerLayer.Range;
import io.fluxo.text.Text;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
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
                throw new CheckpointException(file, Text.format("unknown key %s; perhaps %s was meant", shown(entry.getKey()),
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
            case PerLayer<?> layers when layers.isUniform() -> node(layers.standard());
            case PerLayer<?> layers -> {
                ObjectNode mapping = json.objectNode();
                layers.entries((key, item) -> mapping.set(key, node(item)));
                yield mapping;
            }
            default -> throw new IllegalStateException("no JSON form for " + value.getClass());
        };
    }

    private static Object value(Path file, RecordComponent component, JsonNode node) {
        if (!(component.getGenericType() instanceof ParameterizedType perLayer)) {
            return value(file, key(component), component.getType(), node);
        }
        Class<?> type = (Class<?>) perLayer.getActualTypeArguments()[0];
        if (!(node instanceof ObjectNode mapping)) {
            return PerLayer.of(value(file, key(component), type, node));
        }
        JsonNode standard = mapping.get(PerLayer.STANDARD_KEY);
        if (standard == null) {
            throw new CheckpointException(file, Text.format("%s differs by layer, but says no \"%s\"", key(component), PerLayer.STANDARD_KEY));
        }
        SequencedMap<Range, Object> exceptions = new LinkedHashMap<>();
        mapping.properties().stream().filter(entry -> !entry.getKey().equals(PerLayer.STANDARD_KEY)).forEach(entry -> {
            Optional<Range> range = Range.parse(entry.getKey());
            exceptions.put(range.orElseThrow(() -> new CheckpointException(file, Text.format("%s: %s names no layers; there are %s", key(component),
                    shown(entry.getKey()), PerLayer.RANGES))), value(file, key(component), type, entry.getValue()));
        });
        return new PerLayer<>(value(file, key(component), type, standard), exceptions);
    }

    private static Object value(Path file, String key, Class<?> type, JsonNode node) {
        if (isWhole(type) && node.isInt()) {
            return node.intValue();
        }
        if (isReal(type) && node.isNumber()) {
            return node.doubleValue();
        }
        if (isTruth(type) && node.isBoolean()) {
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
        throw new CheckpointException(file, Text.format("%s must be %s, not %s", key, wanted(type), shown(node.toString())));
    }

    private static String wanted(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).map(constant -> label((Enum<?>) constant)).collect(Collectors.joining(", ", "one of ", ""));
        }
        return isWhole(type) ? "a whole number" : isReal(type) ? "a number" : isTruth(type) ? "true or false" : "text";
    }

    private static boolean isWhole(Class<?> type) {
        return type == int.class || type == Integer.class;
    }

    private static boolean isReal(Class<?> type) {
        return type == double.class || type == Double.class;
    }

    private static boolean isTruth(Class<?> type) {
        return type == boolean.class || type == Boolean.class;
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
