package io.fluxo.checkpoint;

import io.fluxo.architecture.Architecture;
import io.fluxo.architecture.Config;
import io.fluxo.architecture.ConfigException;
import io.fluxo.model.ModelSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A config.json of another program's, as an {@link Architecture} reads it. */
final class ForeignConfig {

    private ForeignConfig() {}

    /** The model that {@code object} describes; what the architecture does not know is refused. */
    static ModelSpec read(Path file, ObjectNode object, Architecture architecture) {
        try {
            return read(mapping(object), architecture);
        } catch (ConfigException refused) {
            throw new CheckpointException(file, refused.getMessage(), refused);
        } catch (ArithmeticException tooLarge) {
            throw new CheckpointException(file, "a size is too large: " + tooLarge.getMessage(), tooLarge);
        }
    }

    /** @throws ConfigException where it is not computed here */
    static ModelSpec read(Map<String, Object> values, Architecture architecture) {
        Config config = new Config(values);
        ModelSpec spec = architecture.spec(config);
        config.requireAllAsked();
        return spec;
    }

    private static Map<String, Object> mapping(ObjectNode object) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        object.properties().forEach(entry -> mapping.put(entry.getKey(), value(entry.getValue())));
        return mapping;
    }

    /** Null for null. */
    private static Object value(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> mapping(object);
            case ArrayNode array -> {
                List<Object> items = new ArrayList<>();
                array.forEach(item -> items.add(value(item)));
                yield items;
            }
            case JsonNode number when number.isInt() -> number.intValue();
            case JsonNode number when number.isNumber() -> number.doubleValue();
            case JsonNode truth when truth.isBoolean() -> truth.booleanValue();
            case JsonNode text when text.isString() -> text.stringValue();
            default -> null;
        };
    }
}
