package io.fluxo.experiments.spec;

import io.fluxo.experiments.file.Json;
import io.fluxo.model.Catalog;
import io.fluxo.model.PerLayer;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema (draft 2020-12) of a study, out of what there is in this run: the records' keys and types, the labels of enums, the names of
 * placements and norms that are registered, plugins' included. What only a whole grid shows, it leaves to {@link StudyCheck}.
 *
 * @param catalog what placements and norms there are
 */
public record StudySchema(Catalog catalog) {

    private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
    private static final String POINT = "point";
    private static final String GRID = "grid";
    private static final String LAYERS = "^[0-9]{1,6}(-([0-9]{1,6})?)?$";

    /** The schema, to be printed. */
    public ObjectNode schema() {
        Properties descriptions = descriptions();
        ObjectNode root = Json.object().put("$schema", DRAFT).put("title", "A study of Fluxo");
        ObjectNode properties = record(root, Study.class, Study.DEFAULT, "", descriptions);
        properties.set("study", described(Json.object().put("type", "string").put("pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), "study", descriptions));
        properties.remove("name");
        StudyReader.SECTIONS.forEach((section, type) -> {
            ObjectNode object = described(Json.object(), section, descriptions);
            record(object, type, (Record) RecordKeys.values(Study.DEFAULT).get(section), section + ".", descriptions);
            properties.set(section, object);
        });
        ObjectNode definitions = root.putObject("$defs");
        definitions.set(POINT, dotted(descriptions, item -> item));
        definitions.set(GRID, dotted(descriptions, item -> list(item).put("minItems", 1).put("uniqueItems", true)));
        properties.set("variants", described(named(reference(POINT)), "variants", descriptions));
        properties.set("vary", described(reference(GRID), "vary", descriptions));
        properties.set("tune", described(tune(descriptions), "tune", descriptions));
        properties.set(ConditionReader.KEY, described(ConditionSchema.schema(descriptions), ConditionReader.KEY, descriptions));
        properties.set("measure", described(list(labels(Study.MEASURES)), "measure", descriptions));
        ((ObjectNode) properties.get("compare_on")).put("pattern", Text.format("^(%s)$", Study.COMPARABLE));
        ((ObjectNode) properties.get("seeds")).put("minimum", 1);
        return root;
    }

    /** Puts the keys of a record into {@code object}; returns its properties. */
    private ObjectNode record(ObjectNode object, Class<? extends Record> type, Record defaults, String prefix, Properties descriptions) {
        object.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        Map<String, Object> values = RecordKeys.written(defaults);
        RecordKeys.types(type).forEach((key, of) -> {
            if (isValue(of)) {
                ObjectNode value = described(value(of, prefix + key), prefix + key, descriptions);
                value.set("default", Json.of(values.get(key)));
                properties.set(key, value);
            }
        });
        return properties;
    }

    /** Whether a type is written as a value, and not as a section of its own. */
    private static boolean isValue(Type type) {
        return type instanceof ParameterizedType parameterized ? parameterized.getRawType() != Map.class && isValue(parameterized.getActualTypeArguments()[0])
                : !Record.class.isAssignableFrom((Class<?>) type);
    }

    private ObjectNode value(Type type, String path) {
        if (type instanceof ParameterizedType parameterized) {
            ObjectNode item = value(parameterized.getActualTypeArguments()[0], path);
            return parameterized.getRawType() == PerLayer.class ? perLayer(item) : list(item);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isEnum()) {
            return labels(Values.labels(plain));
        }
        return switch (plain.getName()) {
            case "int", "java.lang.Integer" -> Json.object().put("type", "integer");
            case "double", "java.lang.Double" -> Json.object().put("type", "number");
            case "boolean", "java.lang.Boolean" -> Json.object().put("type", "boolean");
            case "java.lang.String" -> text(path);
            default -> throw new IllegalStateException("no JSON Schema for " + type);
        };
    }

    private ObjectNode text(String path) {
        return switch (path) {
            case "model.placement" -> labels(catalog.placements().keySet());
            case "model.norm" -> labels(catalog.norms().keySet());
            default -> Json.object().put("type", "string");
        };
    }

    private static ObjectNode labels(Collection<String> labels) {
        ObjectNode node = Json.object();
        node.set("enum", Json.of(labels));
        return node;
    }

    private static ObjectNode list(ObjectNode item) {
        ObjectNode node = Json.object().put("type", "array");
        node.set("items", item);
        return node;
    }

    /** One for all layers, or a default and layers that differ. */
    private static ObjectNode perLayer(ObjectNode item) {
        ObjectNode mapping = Json.object().put("type", "object").put("additionalProperties", false);
        mapping.putObject("properties").set(PerLayer.STANDARD_KEY, item.deepCopy());
        mapping.putObject("patternProperties").set(LAYERS, item.deepCopy());
        mapping.putArray("required").add(PerLayer.STANDARD_KEY);
        ObjectNode node = Json.object();
        node.putArray("anyOf").add(item).add(mapping);
        return node;
    }

    /** Dotted keys, each with what {@code form} makes of its value. */
    private ObjectNode dotted(Properties descriptions, UnaryOperator<ObjectNode> form) {
        ObjectNode object = Json.object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        StudyReader.SECTIONS.forEach((section, type) -> RecordKeys.types(type).forEach((key, of) -> {
            String path = section + "." + key;
            properties.set(path, described(form.apply(value(of, path)), path, descriptions));
        }));
        return object;
    }

    private ObjectNode tune(Properties descriptions) {
        ObjectNode object = Json.object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        properties.set("steps", described(Json.object().put("type", "integer"), "tune.steps", descriptions));
        properties.set("over", described(reference(GRID), "tune.over", descriptions));
        properties.set("bounded", described(dotted(new Properties(), _ -> Json.object().put("type", "string").put("minLength", 1)), "tune.bounded", descriptions));
        properties.set("instead", described(named(reference(GRID)), "tune.instead", descriptions));
        return object;
    }

    /** A mapping of names of the study's own. */
    private static ObjectNode named(ObjectNode each) {
        ObjectNode object = Json.object().put("type", "object");
        object.set("additionalProperties", each);
        return object;
    }

    private static ObjectNode reference(String definition) {
        return Json.object().put("$ref", "#/$defs/" + definition);
    }

    private static ObjectNode described(ObjectNode node, String path, Properties descriptions) {
        String text = descriptions.getProperty(path);
        return text == null ? node : node.put("description", text);
    }

    /** Key → what it means. */
    static Properties descriptions() {
        Properties descriptions = new Properties();
        try (Reader reader = new InputStreamReader(StudySchema.class.getResourceAsStream("descriptions.properties"), StandardCharsets.UTF_8)) {
            descriptions.load(reader);
            return descriptions;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
