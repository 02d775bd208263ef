package io.fluxo.layer.position;

import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/**
 * Rotary positions (Su et al. 2021): pair i of a head's features is turned by the angle p·θ^(−2i/d_head) at position p, so that scores depend on the
 * distance between query and key. Untrained; d_head = 2m.
 *
 * @param theta   the base θ
 * @param pairs   which features are a pair
 * @param scaling how wavelengths are stretched for longer sequences
 */
public record Rotation(double theta, Pairs pairs, RopeScaling scaling) implements ScorePositions {

    public Rotation(double theta, Pairs pairs) {
        this(theta, pairs, new RopeScaling.None());
    }

    @Override
    public boolean turns() {
        return true;
    }

    @Override
    public Tensor turn(Pass pass, Tensor x, Dim first) {
        Dim m = x.dim(3).over(Dim.of(2));
        Tensor angle = angle(pass, x.dim(1), m, first, x.dtype() == DType.F64 ? DType.F64 : DType.F32);
        Tensor cos = pass.cast(scaled(pass, pass.cos(angle)), x.dtype());                            // [n m]
        Tensor sin = pass.cast(scaled(pass, pass.sin(angle)), x.dtype());
        return pass.rotate(x, cos, sin, pairs);
    }

    private Tensor scaled(Pass pass, Tensor x) {
        return scaling.length() == 1 ? x : pass.scale(x, scaling.length());
    }

    /** [n m]: (first + row)·θ^(−column/m), with the frequency as the scaling changes it. */
    private Tensor angle(Pass pass, Dim n, Dim m, Dim first, DType dtype) {
        Shape shape = Shape.of(n, m);
        Tensor position = Positions.from(pass, first, 0, shape, dtype);
        Tensor frequency = pass.exp(pass.scale(pass.scale(pass.iota(1, shape, dtype), Scalar.reciprocal(m)), -Math.log(theta)));
        return pass.mul(position, scaling.frequency(pass, frequency, theta));
    }
}
