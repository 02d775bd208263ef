package io.fluxo.block;

import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.Tensor;

/** Vectors of length 1. */
final class Sphere {

    /** The least squared length that is divided by: a vector of zeros stays one, with gradients of zero. */
    private static final double LEAST = 1e-24;

    private Sphere() {}

    /** n(x) = x/‖x‖ along the last axis. */
    static Tensor of(Ops ops, Tensor x) {
        return of(ops, x, -1);
    }

    /** x/‖x‖ along {@code axis}. */
    static Tensor of(Ops ops, Tensor x, int axis) {
        Tensor square = ops.sum(ops.mul(x, x), axis);
        return ops.div(x, ops.sqrt(ops.maximum(square, ops.constantLike(square, Scalar.of(LEAST)))));
    }
}
