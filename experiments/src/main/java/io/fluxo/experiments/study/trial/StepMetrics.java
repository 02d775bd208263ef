package io.fluxo.experiments.study.trial;

import java.util.Map;
import java.util.OptionalDouble;

/**
 * The metrics of one optimizer step.
 *
 * @param step           from 1
 * @param loss           training loss in nats per token, of this step's batch before the update
 * @param learningRate   of this step
 * @param byLayer        what was measured at this step, in the order in which it is written, from the first layer to the last; empty at most steps
 * @param validationLoss in nats per token, where this step validated
 */
public record StepMetrics(int step, double loss, double learningRate, Map<String, double[]> byLayer, OptionalDouble validationLoss) {

    /** A step at which nothing but the loss was measured. */
    public StepMetrics(int step, double loss, double learningRate) {
        this(step, loss, learningRate, Map.of(), OptionalDouble.empty());
    }
}
