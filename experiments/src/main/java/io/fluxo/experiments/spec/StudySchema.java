package io.fluxo.experiments.spec;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Key;
import io.fluxo.setting.OwnSettings;
import io.fluxo.setting.PartKind;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.Settings;
import io.fluxo.setting.Type;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON Schema (draft 2020-12) of a study, out of what there is in this run: the declared keys with their types, defaults and meanings, and the names
 * of the parts that are registered, plugins' included. What only a whole grid shows, it leaves to {@link StudyCheck}.
 *
 * @param catalog what parts there are
 */
public record StudySchema(Catalog catalog) {

    private static final String DRAFT = "https://json-schema.org/draft/2020-12/schema";
    private static final String POINT = "point";
    private static final String GRID = "grid";
    private static final String SPACE = "space";
    private static final String LAYERS = "^[0-9]{1,6}(-([0-9]{1,6})?)?$";

    /** The keys of a study that hold more than one value: key → what it means. */
    private static final Map<String, String> SECTIONS = Map.ofEntries(
            Map.entry("task", "what the model learns"),
            Map.entry("model", "what is trained"),
            Map.entry("training", "how it is trained"),
            Map.entry("variants", "name to dotted key to value: models that differ in several keys"),
            Map.entry("vary", "dotted key to its values; always a grid, the first key slowest, within each of the variants"),
            Map.entry("tune", "what is chosen for each variant before it is measured"),
            Map.entry(ConditionReader.KEY, "what has to be so for the hypothesis to hold, each a measure of a variant within bounds; a built-in study has its own"),
            Map.entry("tune.steps", "optimizer steps of one trial; 0 where nothing is tuned"),
            Map.entry("tune.over", "dotted key to the values that are tried: a grid; with method random or halving they are drawn from, and there can be ranges of numbers"),
            Map.entry("tune.method", "grid: every point; random: settings that are drawn; halving: the same, most of which are given up early"),
            Map.entry("tune.trials", "settings that are drawn for each variant, with method random or halving"),
            Map.entry("tune.least_steps", "optimizer steps after which halving sorts out for the first time"),
            Map.entry("tune.factor", "of so many settings halving keeps one, and trains it that many times as long"),
            Map.entry("tune.instead", "variant to what is tried for it in place of over; an empty grid for a variant that has nothing to tune"),
            Map.entry("tune.extend", "numbers that are tried beyond the smallest or the largest of a grid, at most, while the best lies there; spaced as the grid is"),
            Map.entry("tune.seeds", "with how many seeds each point is tried; the least mean loss is chosen"),
            Map.entry("tune.bounded", "dotted key to the reason why its values end where they do: a choice at such an end is not reported as one at the edge of"
                    + " the search"));

    /** The schema, to be printed. */
    public ObjectNode schema() {
        Study study = Study.DEFAULT.withTask(TaskSpec.of(catalog));
        ObjectNode root = Json.object().put("$schema", DRAFT).put("title", "A study of Fluxo");
        ObjectNode properties = settings(root, Inquiry.DEFAULT);
        properties.set("study", Json.object().put("type", "string").put("pattern", "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
                .put("description", Inquiry.STUDY.meaning()));
        study.sections().forEach((name, section) -> {
            ObjectNode object = described(Json.object(), name);
            settings(object, section);
            properties.set(name, object);
        });
        ObjectNode definitions = root.putObject("$defs");
        definitions.set(POINT, dotted(study, this::describedValue));
        definitions.set(GRID, dotted(study, key -> list(value(key.type())).put("minItems", 1).put("uniqueItems", true).put("description", key.meaning())));
        definitions.set(SPACE, dotted(study, this::space));
        properties.set("variants", described(named(reference(POINT)), "variants"));
        properties.set("vary", described(reference(GRID), "vary"));
        properties.set("tune", described(tune(study), "tune"));
        properties.set(ConditionReader.KEY, described(ConditionSchema.schema(catalog), ConditionReader.KEY));
        properties.set("measure", list(labels(Inquiry.measures(catalog))).put("description", Inquiry.MEASURE.meaning()));
        ((ObjectNode) properties.get("compare_on")).put("pattern", Text.format("^(%s)$", Study.COMPARABLE));
        for (Key<?> key : List.of(Inquiry.SEEDS, Inquiry.MOST_SEEDS, Inquiry.MARGIN)) {
            key.least().ifPresent(least -> ((ObjectNode) properties.get(key.name())).put("minimum", least.intValue()));
        }
        return root;
    }

    /** Puts the keys of {@code settings} into {@code object}; returns its properties. */
    private ObjectNode settings(ObjectNode object, Settings<?> settings) {
        object.put("type", "object").put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        settings.keys().all().forEach(key -> {
            ObjectNode value = describedValue(key);
            value.set("default", Json.of(Values.written(key.standard())));
            properties.set(key.name(), value);
        });
        return properties;
    }

    private ObjectNode describedValue(Key<?> key) {
        return value(key.type()).put("description", key.meaning());
    }

    private ObjectNode value(Type<?> type) {
        return switch (type) {
            case Type.Whole _ -> Json.object().put("type", "integer");
            case Type.Real _ -> Json.object().put("type", "number");
            case Type.Truth _ -> Json.object().put("type", "boolean");
            case Type.Words _, Type.FilePath _ -> Json.object().put("type", "string");
            case Type.Label<?>(var constants) -> labels(Values.labels(constants));
            case Type.Part(var kind) -> part(kind);
            case Type.Items<?>(var item) -> list(value(item));
            case Type.ByLayer<?>(var item) -> perLayer(value(item));
        };
    }

    /** The name of a part, or a mapping where the part brings keys. */
    private ObjectNode part(PartKind<?> kind) {
        ObjectNode names = labels(catalog.names(kind));
        List<String> keyed = catalog.names(kind).stream().filter(name -> !catalog.keys(kind, name).all().isEmpty()).toList();
        if (keyed.isEmpty()) {
            return names;
        }
        ObjectNode node = Json.object();
        ArrayNode forms = node.putArray("anyOf").add(names);
        for (String name : keyed) {
            ObjectNode mapping = Json.object();
            ObjectNode properties = settings(mapping, new OwnSettings(catalog.keys(kind, name), Map.of()));
            properties.putObject(Choice.KIND_KEY).put("const", name);
            mapping.putArray("required").add(Choice.KIND_KEY);
            forms.add(mapping);
        }
        return node;
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

    /** The values that a search tries of a key: a list, or a range where they are numbers. */
    private ObjectNode space(Key<?> key) {
        ObjectNode values = list(value(key.type())).put("minItems", 1).put("uniqueItems", true);
        Type<?> single = key.type() instanceof Type.ByLayer<?>(var item) ? item : key.type();
        if (!(single instanceof Type.Whole) && !(single instanceof Type.Real)) {
            return values.put("description", key.meaning());
        }
        ObjectNode range = Json.object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = range.putObject("properties");
        properties.set(Range.FROM, value(single));
        properties.set(Range.TO, value(single));
        properties.set(Range.SCALE, labels(Values.labels(Range.Scale.class)).put("default", Values.label(Range.Scale.LINEAR)));
        range.putArray("required").add(Range.FROM).add(Range.TO);
        ObjectNode node = Json.object();
        node.putArray("anyOf").add(values).add(range);
        return node.put("description", key.meaning());
    }

    /** Dotted keys, each with what {@code form} makes of it. */
    private static ObjectNode dotted(Study study, Function<Key<?>, ObjectNode> form) {
        ObjectNode object = Json.object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        study.sections().forEach((name, section) -> section.keys().all().forEach(key -> properties.set(name + "." + key.name(), form.apply(key))));
        return object;
    }

    private static ObjectNode tune(Study study) {
        ObjectNode object = Json.object().put("type", "object").put("additionalProperties", false);
        ObjectNode properties = object.putObject("properties");
        properties.set("steps", described(Json.object().put("type", "integer"), "tune.steps"));
        properties.set("over", described(reference(SPACE), "tune.over"));
        properties.set("method", described(labels(Values.labels(Sampling.Method.class)).put("default", Values.label(Sampling.Method.GRID)), "tune.method"));
        properties.set("trials", described(Json.object().put("type", "integer").put("minimum", 0), "tune.trials"));
        properties.set("least_steps", described(Json.object().put("type", "integer").put("minimum", 0), "tune.least_steps"));
        properties.set("factor", described(Json.object().put("type", "integer").put("minimum", 0).put("default", Sampling.FACTOR), "tune.factor"));
        properties.set("bounded", described(dotted(study, _ -> Json.object().put("type", "string").put("minLength", 1)), "tune.bounded"));
        properties.set("instead", described(named(reference(SPACE)), "tune.instead"));
        properties.set("extend", described(Json.object().put("type", "integer").put("minimum", 0).put("default", 0), "tune.extend"));
        properties.set("seeds", described(Json.object().put("type", "integer").put("minimum", 1).put("default", 1), "tune.seeds"));
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

    private static ObjectNode described(ObjectNode node, String section) {
        return node.put("description", SECTIONS.get(section));
    }
}
