package io.fluxo.layer.position;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
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
     * @param initializer first values of what is trained
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
    default ScorePositions scores(double theta, Rotation.Pairs pairs) {
        return ScorePositions.NONE;
    }

    /** What it says of itself. */
    default Traits traits() {
        return Traits.ADDED;
    }

    /**
     * What a kind says of itself.
     *
     * @param throughScores whether positions enter through attention's scores
     * @param inPairs       whether features are turned in pairs: d_head is even, {@code rope_theta} and {@code rope_layout} are read
     * @param learned       whether there is a trained vector for each position, so that {@code n_ctx} belongs to the parameters
     */
    record Traits(boolean throughScores, boolean inPairs, boolean learned) {

        /** Added to the embedding, untrained; or no positions at all. */
        public static final Traits ADDED = new Traits(false, false, false);

        /** Added to the embedding, a trained vector for each position. */
        public static final Traits LEARNED = new Traits(false, false, true);

        /** Queries and keys are turned in pairs of features. */
        public static final Traits TURNED = new Traits(true, true, false);

        /** Something is added to the scores. */
        public static final Traits SCORED = new Traits(true, false, false);
    }
}
