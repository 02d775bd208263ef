package io.fluxo.experiments.spec;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.inspect.measure.InstrumentMeasure;
import io.fluxo.experiments.spec.Condition.Across;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** The JSON Schema of {@code conditions}. Which variants and figures there are, it leaves to {@link ConditionCheck}. */
final class ConditionSchema {

    private ConditionSchema() {}

    /** @param catalog what instruments can measure */
    static ObjectNode schema(Catalog catalog) {
        ObjectNode condition = Json.object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = condition.putObject("properties");
        keys(catalog).forEach(properties::set);
        condition.set("required", Json.of(List.of("measure", "of")));
        condition.putArray("anyOf").add(required("above")).add(required("below"));
        ObjectNode list = Json.object().put("type", "array").put("uniqueItems", true);
        list.set("items", condition);
        return list;
    }

    private static Map<String, ObjectNode> keys(Catalog catalog) {
        String measures = Stream.concat(Stream.of(Study.COMPARABLE.pattern(), ConditionCheck.CURVE.pattern(), Condition.SPREAD, Condition.SPREAD_AT_START),
                catalog.names(InstrumentMeasure.KIND).stream().map(label -> label.replace(".", "\\."))).collect(Collectors.joining("|"));
        Map<String, ObjectNode> keys = new LinkedHashMap<>();
        keys.put("what", type("string").put("description", "what is measured, in words that 'is above 0.2, in every seed' can follow; told by the variants' names where it "
                + "is left out"));
        keys.put("measure", type("string").put("pattern", Text.format("^(%s)$", measures)).put("description", "final_loss, validation_loss, a figure of the task's examination such as exam_accuracy or accuracy_at_32_pairs, "
                + "stream_gradient_spread, stream_gradient_spread_at_start, a curve such as loss_by_position, or what an instrument measures, such as induction_score and lens_kl_by_layer"));
        keys.put("at", type("number").put("description", "the place on the curve"));
        keys.put("of", variant().put("description", "the variant, as the table of results names it (gru, or norm=rms_norm) or by its values ({norm: rms_norm}; "
                + "variant is the key of a name)"));
        keys.put("less", variant().put("description", "a variant whose measure is subtracted, seed by seed"));
        keys.put("over", variant().put("description", "a variant by whose measure it is divided, seed by seed"));
        keys.put("less_at", type("number").put("description", "a place on the curve whose value is subtracted"));
        keys.put("above", type("number").put("description", "the bound, itself not included, that is exceeded"));
        keys.put("below", type("number").put("description", "the bound, itself not included, that is not reached"));
        keys.put("relative_to", labels(Reference.class).put("description", "what the bounds of a loss are counted from, as the task knows it: unigram_entropy is the loss of a model that "
                + "knows only how frequent each token is, floor the least that any model can reach"));
        keys.put("in", labels(Across.class).put("description", "whether every seed has to be within the bounds, or the mean of the seeds"));
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
