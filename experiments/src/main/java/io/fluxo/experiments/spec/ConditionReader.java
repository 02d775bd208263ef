package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.spec.Condition.Across;
import io.fluxo.experiments.spec.Condition.Against;
import io.fluxo.experiments.spec.Condition.Bounds;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.setting.Type.Real.Range;
import io.fluxo.setting.Type;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * Reads {@code conditions}. Variants are named as tables show them, {@code norm=rms_norm}, or by their values, {@code {norm: rms_norm}}; what
 * is read holds the names that tables show.
 */
final class ConditionReader {

    static final String KEY = "conditions";

    /** The key of the steps below which they are not judged. */
    static final String FROM = "judged_from";

    /** The keys that name what a measure is compared with; one of them at most. */
    private static final List<String> AGAINST = List.of("less", "over", "less_at");

    static final List<String> KEYS = List.of("what", "measure", "at", "of", "less", "over", "less_at", "above", "below", "relative_to", "in");

    /** What names a variant of {@link Study#variants} among values. */
    private static final String VARIANT = "variant";

    private final Binder binder;
    private final VariantNames names;

    /** @param study whose variants the conditions are about */
    ConditionReader(Binder binder, Study study) {
        this.binder = binder;
        this.names = VariantNames.of(study);
    }

    List<Condition> read(Node node) {
        if (!(node instanceof SequenceNode list)) {
            throw binder.at(node, KEY, "must be a list of conditions such as - {measure: final_loss, of: VARIANT, below: 2.5}");
        }
        List<Condition> conditions = new ArrayList<>();
        for (Node item : list.getValue()) {
            Condition condition = condition(item, Condition.path(conditions.size()));
            int before = conditions.indexOf(condition);
            if (before >= 0) {
                throw binder.at(item, Condition.path(conditions.size()), Text.format("says the same as %s", Condition.path(before)));
            }
            conditions.add(condition);
        }
        return conditions;
    }

    private Condition condition(Node item, String path) {
        Map<String, Node> entries = binder.mapping(item, path);
        binder.requireKnown(entries, path, KEYS);
        for (String required : List.of("measure", "of")) {
            if (!entries.containsKey(required)) {
                throw binder.at(item, path, Text.format("does not say %s: it needs measure, of, and above or below", required.equals("of")
                        ? "of which variant (of)" : "what is measured (measure)"));
            }
        }
        if (!entries.containsKey("above") && !entries.containsKey("below")) {
            throw binder.at(item, path, "has no bound: it needs above or below, or both");
        }
        List<String> against = AGAINST.stream().filter(entries::containsKey).toList();
        if (against.size() > 1) {
            throw binder.at(item, path, Text.format("is held against two things (%s): leave one of them out", String.join(", ", against)));
        }
        Entries keys = new Entries(entries, path);
        Quantity quantity = new Quantity(keys.text("measure"), keys.number("at"), variant(entries.get("of"), path + ".of"),
                against.isEmpty() ? new Against.Nothing() : against(against.getFirst(), keys));
        Bounds bounds = new Bounds(keys.number("above"), keys.number("below"), keys.value("relative_to", Type.label(Reference.class)));
        return new Condition(keys.value("what", Type.words()).orElse(""), quantity, bounds, keys.value("in", Type.label(Across.class)).orElse(Across.EVERY_SEED));
    }

    private Against against(String key, Entries keys) {
        return switch (key) {
            case "less" -> new Against.Less(variant(keys.entries.get(key), keys.path + ".less"));
            case "over" -> new Against.Over(variant(keys.entries.get(key), keys.path + ".over"));
            case "less_at" -> new Against.LessAt(keys.number(key).getAsDouble());
            default -> throw new IllegalArgumentException(key);
        };
    }

    /** What stands under the keys of a condition. */
    private final class Entries {

        private final Map<String, Node> entries;
        private final String path;

        Entries(Map<String, Node> entries, String path) {
            this.entries = entries;
            this.path = path;
        }

        String text(String key) {
            return value(key, Type.words()).orElseThrow();
        }

        OptionalDouble number(String key) {
            return value(key, Type.real(Range.ANY)).map(OptionalDouble::of).orElse(OptionalDouble.empty());
        }

        @SuppressWarnings("unchecked") // what is bound as a type is of it
        <T> Optional<T> value(String key, Type<T> type) {
            return Optional.ofNullable(entries.get(key)).map(node -> (T) binder.value(node, type, path + "." + key));
        }
    }

    private String variant(Node node, String path) {
        if (node instanceof MappingNode) {
            return variantAt(node, path);
        }
        String name = (String) binder.value(node, Type.words(), path);
        if (!names.byName().containsKey(name)) {
            throw noVariant(node, path, name);
        }
        return name;
    }

    private BadInput noVariant(Node node, String path, String name) {
        return binder.at(node, path, BadInput.legal("there is no variant", name, names.names()));
    }

    /** The variant with some values: as many as tell it from the others. */
    private String variantAt(Node node, String path) {
        Map<String, String> place = new LinkedHashMap<>();
        binder.mapping(node, path).forEach((key, value) -> {
            List<String> axes = names.axes(key.equals(VARIANT) ? Study.VARIANTS : key);
            if (axes.isEmpty()) {
                throw binder.at(value, path, BadInput.legal("the variants do not differ in", key, names.prefixes().keySet().stream()
                        .map(axis -> axis.equals(Study.VARIANTS) ? VARIANT : axis).toList()));
            }
            if (axes.size() > 1) {
                throw binder.at(value, path, Text.format("'%s' may be %s", key, String.join(" or ", axes)));
            }
            place.put(axes.getFirst(), label(value, path + "." + key));
        });
        List<String> found = names.at(place);
        if (found.isEmpty()) {
            throw noVariant(node, path, StudyCheck.shown(new LinkedHashMap<>(place)));
        }
        if (found.size() > 1) {
            throw binder.at(node, path, Text.format("is not one variant but %d: %s", found.size(), String.join(", ", found)));
        }
        return found.getFirst();
    }

    /** A value as tables show it, however it is written: 0.001 is 1e-3. */
    private String label(Node node, String path) {
        return switch (node) {
            case ScalarNode scalar when scalar.getTag().equals(Tag.FLOAT) -> Values.label(binder.value(node, Type.real(Range.ANY), path));
            case ScalarNode scalar -> scalar.getValue();
            case SequenceNode list -> Values.label(list.getValue().stream().map(item -> (Object) label(item, path)).toList());
            default -> throw binder.at(node, path, "must be a value; a variant with a value for each layer is named as tables show it");
        };
    }
}
