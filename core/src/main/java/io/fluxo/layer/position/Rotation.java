package io.fluxo.layer.position;

import io.fluxo.layer.Pass;
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

    public enum Pairs {
        /** 2i and 2i + 1. */
        NEIGHBOURS,
        /** i and i + m. */
        HALVES
    }

    @Override
    public boolean turns() {
        return true;
    }

    @Override
    public Tensor turn(Pass pass, Tensor x, Dim first) {
        Dim m = x.dim(3).over(Dim.of(2));
        Tensor angle = angle(pass, x.dim(1), m, first, x.dtype() == DType.F64 ? DType.F64 : DType.F32);
        Tensor cos = pass.unsqueeze(pass.cast(scaled(pass, pass.cos(angle)), x.dtype()), 1);      // [n 1 m]
        Tensor sin = pass.unsqueeze(pass.cast(scaled(pass, pass.sin(angle)), x.dtype()), 1);
        return switch (pairs) {
            case HALVES -> {
                Tensor a = pass.slice(x, 3, Dim.of(0), m);                                       // [batch n head m]
                Tensor b = pass.slice(x, 3, m, m);
                yield pass.concat(3, real(pass, a, b, cos, sin), imaginary(pass, a, b, cos, sin));
            }
            case NEIGHBOURS -> {
                Tensor split = pass.splitAxis(x, 3, m, Dim.of(2));                               // [batch n head m 2]
                Tensor a = pass.squeeze(pass.slice(split, 4, Dim.of(0), Dim.ONE), 4);
                Tensor b = pass.squeeze(pass.slice(split, 4, Dim.ONE, Dim.ONE), 4);
                Tensor turned = pass.concat(4, pass.unsqueeze(real(pass, a, b, cos, sin), 4), pass.unsqueeze(imaginary(pass, a, b, cos, sin), 4));
                yield pass.mergeAxes(turned, 3);
            }
        };
    }

    /** a·cos − b·sin. */
    private static Tensor real(Pass pass, Tensor a, Tensor b, Tensor cos, Tensor sin) {
        return pass.sub(pass.mul(a, cos), pass.mul(b, sin));
    }

    /** b·cos + a·sin. */
    private static Tensor imaginary(Pass pass, Tensor a, Tensor b, Tensor cos, Tensor sin) {
        return pass.add(pass.mul(b, cos), pass.mul(a, sin));
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
