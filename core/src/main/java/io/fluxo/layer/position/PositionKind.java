package io.fluxo.layer.position;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.plugin.Part;
import io.fluxo.setting.PartKind;
import io.fluxo.shape.Dim;
import java.util.Optional;

/** How positions enter a model: what {@code positions: NAME} in a ModelSpec stands for. A kind adds to the embedding, changes scores, or does nothing. */
public interface PositionKind extends Part<PositionKind> {

    PartKind<PositionKind> KIND = Part.kind("positions", PositionKind.class, PositionKind::traits);

    /**
     * What is added to the embedding, [batch pos d_model] → the same; empty for nothing.
     *
     * @param initializer initial values of what is trained
     */
    default Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
        return Optional.empty();
    }

    /**
     * How positions enter the scores of attention.
     *
     * @param theta base of wavelengths, {@code rope_theta}
     * @param pairs which features belong together, {@code rope_layout}
     */
    default ScorePositions scores(double theta, Pairs pairs) {
        return ScorePositions.NONE;
    }

    /** What checks and claims may rely on. */
    default PositionTraits traits() {
        return PositionTraits.ADDED;
    }
}
