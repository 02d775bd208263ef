package io.fluxo.experiments.study.judge;

import io.fluxo.experiments.spec.Condition.Against;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.spec.Condition.Reference;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * The results of a study, as its conditions ask for them: by variant, seed by seed.
 *
 * @param trials  every trial that the study asks for, with its task
 * @param results of all of them, in their order
 */
record MeasuredSeeds(List<PreparedTrial> trials, List<TrialResult> results) {

    /** What a condition is about, seed by seed; NaN where a trial has no such figure. The losses of a trial that diverged are infinite. */
    List<Double> values(Quantity quantity) {
        List<Double> values = values(quantity, quantity.of(), quantity.at());
        return switch (quantity.against()) {
            case Against.Nothing() -> values;
            case Against.Less(String variant) -> paired(values, values(quantity, variant, quantity.at()), (value, other) -> value - other);
            case Against.Over(String variant) -> paired(values, values(quantity, variant, quantity.at()), (value, other) -> value / other);
            case Against.LessAt(double place) -> paired(values, values(quantity, quantity.of(), OptionalDouble.of(place)), (value, other) -> value - other);
        };
    }

    private List<Double> values(Quantity quantity, String variant, OptionalDouble place) {
        List<Double> values = results.stream().filter(result -> result.trial().variant().equals(variant))
                .map(result -> result.outcome() == TrialStatus.DIVERGED && quantity.isLoss() ? Double.POSITIVE_INFINITY
                        : place.isPresent() ? result.findings().at(quantity.measure(), place.getAsDouble()) : result.measure(quantity.measure()))
                .toList();
        if (values.isEmpty()) {
            throw new IllegalStateException("no trials of " + variant);
        }
        return values;
    }

    private static List<Double> paired(List<Double> some, List<Double> others, DoubleBinaryOperator held) {
        return IntStream.range(0, some.size()).mapToObj(i -> held.applyAsDouble(some.get(i), others.get(i))).toList();
    }

    /** The number from which the bounds of {@code quantity} are counted. */
    double reference(Reference reference, Quantity quantity) {
        return trials.stream().filter(one -> one.trial().variant().equals(quantity.of())).findFirst().orElseThrow().reference(reference).orElseThrow();
    }
}
