package io.fluxo.experiments.study;

import io.fluxo.train.Measure;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a trial came to.
 *
 * @param finalLoss      mean training loss over the last 20 steps, in nats per token; NaN unless finished
 * @param validationLoss the last one
 * @param parameters     trained numbers of the model; 0 if it was never built
 * @param steps          steps done
 * @param seconds        wall-clock time
 * @param proved         what was proved about the model
 * @param labels         what the entries of measures are, where they are not layers
 * @param message        why it failed; empty otherwise
 */
public record TrialResult(Trial trial, Outcome outcome, double finalLoss, OptionalDouble validationLoss, long parameters, int steps, double seconds,
                          List<String> proved, Map<Measure, List<String>> labels, String message) {

    /** Steps that the final loss is the mean of. */
    public static final int FINAL_STEPS = 20;

    public enum Outcome { FINISHED, DIVERGED, FAILED }
}
