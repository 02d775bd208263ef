package io.fluxo.experiments.compare.speed;

import io.fluxo.experiments.compare.speed.SpeedOutcome.Failed;
import io.fluxo.experiments.compare.speed.SpeedOutcome.LeftOut;
import io.fluxo.experiments.compare.speed.SpeedOutcome.Measured;
import io.fluxo.experiments.compare.speed.SpeedOutcome.Unsupported;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.Optional;

/**
 * A case on a backend. Rows of the same operation and direction stand in the order of their sizes, from small to large.
 *
 * @param operation {@code matMul}; {@code train} for a training step
 * @param direction {@code forward}, {@code gradient} (forward and back) or {@code step}
 * @param size      {@code 512x512x512}
 */
public record SpeedRow(String operation, String direction, String size, String backend, DType dtype, SpeedOutcome outcome) {

    /** {@code speed/matMul/forward/512x512x512}. */
    public String what() {
        return Text.format("speed/%s/%s/%s", operation, direction, size);
    }

    /** How fast it is; empty where it was not timed. */
    public Optional<SpeedFigures> figures() {
        return outcome instanceof Measured(SpeedFigures figures) ? Optional.of(figures) : Optional.empty();
    }

    /** Why it was not timed; empty where it was. */
    public String note() {
        return switch (outcome) {
            case Measured _ -> "";
            case LeftOut(String reason) -> reason;
            case Unsupported(String reason) -> reason;
            case Failed(String reason) -> reason;
        };
    }
}
