package io.fluxo.layer.position;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.shape.Dim;
import java.util.Optional;

/** Fluxo's own position kinds that bring no keys. */
public enum StandardPositions implements PositionKind {

    /** A trained vector for each position, added to the embedding. */
    LEARNED(PositionTraits.LEARNED) {
        @Override
        public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
            return Optional.of(new LearnedPositions("", nCtx, dModel, initializer));
        }
    },

    /** Sines and cosines, added to the embedding. */
    SINUSOIDAL(PositionTraits.ADDED) {
        @Override
        public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
            return Optional.of(new SinusoidalPositions(""));
        }
    },

    /** Scores fall with distance. */
    ALIBI(PositionTraits.SCORED) {
        @Override
        public ScorePositions scores(double theta, Pairs pairs) {
            return new LinearBias();
        }
    },

    /** No positions. */
    NONE(PositionTraits.ADDED);

    private final PositionTraits traits;

    StandardPositions(PositionTraits traits) {
        this.traits = traits;
    }

    @Override
    public PositionTraits traits() {
        return traits;
    }
}
