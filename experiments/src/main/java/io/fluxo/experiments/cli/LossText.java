package io.fluxo.experiments.cli;

import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;

/** The losses of trials as progress tells them: the training loss, and beside it the validation loss last seen, where there is one. For any thread. */
final class LossText {

    private final Map<String, Double> validation = new ConcurrentHashMap<>();

    /** {@code loss 2.345, validation loss 2.401}, once the step is {@link #seen}. */
    String running(Trial trial, StepMetrics metrics) {
        Double last = validation.get(trial.id());
        return Text.format("loss %.3f", metrics.loss()) + (last == null ? "" : Text.format(", validation loss %.3f", last));
    }

    /** Call it for every step: most steps have no validation loss of their own. */
    void seen(Trial trial, StepMetrics metrics) {
        metrics.validationLoss().ifPresent(loss -> validation.put(trial.id(), loss));
    }

    /** {@code , final loss 2.345, validation loss 2.401}; empty for a trial that has neither. */
    static String ended(TrialResult result) {
        return part("final loss", OptionalDouble.of(result.finalLoss())) + part("validation loss", result.validationLoss());
    }

    private static String part(String name, OptionalDouble loss) {
        return loss.isPresent() && Double.isFinite(loss.getAsDouble()) ? Text.format(", %s %.3f", name, loss.getAsDouble()) : "";
    }
}
