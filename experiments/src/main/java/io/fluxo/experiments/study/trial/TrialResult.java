package io.fluxo.experiments.study.trial;

import io.fluxo.experiments.spec.Study;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The result of a trial.
 *
 * @param finalLoss      mean training loss over the last 20 steps, in nats per token; NaN unless finished
 * @param validationLoss the last one
 * @param parameters     trained numbers of the model; 0 if it was never built
 * @param steps          steps done
 * @param seconds        wall-clock time
 * @param proofs         what was proved about the model, and what was not
 * @param labels         what the entries of measures are, where they are not layers
 * @param findings       what was measured of the trained model besides the loss
 * @param message        why it failed or diverged; empty otherwise
 */
public record TrialResult(Trial trial, TrialStatus outcome, double finalLoss, OptionalDouble validationLoss, long parameters, int steps, double seconds,
                          Proofs proofs, Map<String, List<String>> labels, Findings findings, String message) {

    /** Steps that the final loss is the mean of. */
    public static final int FINAL_STEPS = 20;

    /** The same, failed after all. */
    public TrialResult failed(String why) {
        return new TrialResult(trial, TrialStatus.FAILED, Double.NaN, validationLoss, parameters, steps, seconds, proofs, labels, findings, why);
    }

    /** The measure called {@code name}: {@code final_loss}, {@code validation_loss} or a figure; NaN where the trial has none. */
    public double measure(String name) {
        return switch (name) {
            case Study.FINAL_LOSS -> finalLoss;
            case Study.VALIDATION_LOSS -> validationLoss.orElse(Double.NaN);
            default -> findings.figures().getOrDefault(name, Double.NaN);
        };
    }
}
