package io.fluxo.experiments.verify.algebra.fault;

import io.fluxo.layer.Pass;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.layer.position.PositionTraits;
import io.fluxo.layer.position.Rotation;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;

/** Rotary positions that also make a row longer with its position: scores then depend on more than the distance. */
final class StretchingRope implements PositionKind {

    @Override
    public ScorePositions scores(double theta, Pairs pairs) {
        Rotation sound = new Rotation(theta, pairs);
        return new ScorePositions() {
            @Override
            public boolean turns() {
                return true;
            }

            @Override
            public Tensor turn(Pass pass, Tensor x, Dim first) {
                Tensor position = pass.iota(0, Shape.of(x.dim(1), Dim.ONE, Dim.ONE), x.dtype());
                return pass.mul(sound.turn(pass, x, first), pass.shift(position, 1));
            }
        };
    }

    @Override
    public PositionTraits traits() {
        return PositionTraits.TURNED;
    }
}
