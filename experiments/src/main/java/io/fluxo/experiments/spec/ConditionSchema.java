package io.fluxo.experiments.spec;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Condition.Across;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import tools.jackson.databind.node.ObjectNode;

/** The JSON Schema of {@code conditions}. Which variants and figures there are, it leaves to {@link ConditionCheck}. */
final class ConditionSchema {

    private ConditionSchema() {}

    static ObjectNode schema(Properties descriptions) {
        ObjectNode condition = Json.object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = condition.putObject("properties");
        keys().forEach((key, form) -> properties.set(key, form.put("description", descriptions.getProperty(Text.format("%s.%s", ConditionReader.KEY, key)))));
        condition.set("required", Json.of(List.of("measure", "of")));
        condition.putArray("anyOf").add(required("above")).add(required("below"));
        ObjectNode list = Json.object().put("type", "array").put("uniqueItems", true);
        list.set("items", condition);
        return list;
    }

    private static Map<String, ObjectNode> keys() {
        Map<String, ObjectNode> keys = new LinkedHashMap<>();
        keys.put("what", type("string"));
        keys.put("measure", type("string").put("pattern", Text.format("^(%s|%s|%s|%s)$", Study.COMPARABLE, ConditionCheck.CURVE, Condition.SPREAD,
                Condition.SPREAD_AT_START)));
        keys.put("at", type("number"));
        keys.put("of", variant());
        keys.put("less", variant());
        keys.put("over", variant());
        keys.put("less_at", type("number"));
        keys.put("above", type("number"));
        keys.put("below", type("number"));
        keys.put("relative_to", labels(Reference.class));
        keys.put("in", labels(Across.class));
        return keys;
    }

    private static ObjectNode required(String key) {
        ObjectNode node = Json.object();
        node.putArray("required").add(key);
        return node;
    }

    private static ObjectNode type(String type) {
        return Json.object().put("type", type);
    }

    private static ObjectNode labels(Class<?> enumeration) {
        ObjectNode node = Json.object();
        node.set("enum", Json.of(Values.labels(enumeration)));
        return node;
    }

    /** A name, or values by their axes. */
    private static ObjectNode variant() {
        ObjectNode node = Json.object();
        node.putArray("anyOf").add(type("string")).add(type("object").put("minProperties", 1));
        return node;
    }
}
