package io.fluxo.experiments.spec;

import io.fluxo.experiments.spec.Condition.Against;
import io.fluxo.experiments.spec.Condition.Bounds;
import io.fluxo.experiments.spec.Condition.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;

/** A condition as {@link ConditionReader} reads it. */
final class ConditionWriter {

    private ConditionWriter() {}

    /** Key → value, those that say something. */
    static Map<String, Object> values(Condition condition) {
        Map<String, Object> values = new LinkedHashMap<>();
        if (!condition.what().isEmpty()) {
            values.put("what", condition.what());
        }
        Quantity quantity = condition.quantity();
        values.put("measure", quantity.measure());
        quantity.at().ifPresent(place -> values.put("at", place));
        values.put("of", quantity.of());
        switch (quantity.against()) {
            case Against.Nothing() -> { }
            case Against.Less(String variant) -> values.put("less", variant);
            case Against.Over(String variant) -> values.put("over", variant);
            case Against.LessAt(double place) -> values.put("less_at", place);
        }
        Bounds bounds = condition.bounds();
        bounds.above().ifPresent(bound -> values.put("above", bound));
        bounds.below().ifPresent(bound -> values.put("below", bound));
        bounds.relativeTo().ifPresent(reference -> values.put("relative_to", reference));
        values.put("in", condition.across());
        return values;
    }
}
