package io.fluxo.experiments.study.trial;

import io.fluxo.text.Text;
import java.util.List;

/**
 * Measurements of a trained model along an axis that is not training time: loss by position, accuracy by distance.
 *
 * @param measure what the values are, in snake_case: {@code loss_by_position}
 * @param axis    what the axis counts, for people: {@code position}
 * @param at      places on the axis, ascending
 * @param values  one for each place; NaN where there is none
 */
public record AxisCurve(String measure, String axis, List<Double> at, List<Double> values) {

    public AxisCurve {
        at = List.copyOf(at);
        values = List.copyOf(values);
        if (at.size() != values.size()) {
            throw new IllegalArgumentException(Text.format("%s: %d places, but %d values", measure, at.size(), values.size()));
        }
    }
}
