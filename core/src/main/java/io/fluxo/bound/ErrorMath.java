package io.fluxo.bound;

import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/**
 * Arithmetic of errors, in F64. An error of 0 stays 0 whatever it is multiplied by, and what is not a number becomes infinite: nothing is known there.
 * What rounding does to the bounds themselves is smaller by nine orders than the bounds, and is paid for by {@link #SLACK}.
 */
final class ErrorMath {

    /** Relative. */
    static final double SLACK = 1e-9;

    private final Ops ops;

    /** @param ops of the backend that computes in F64 */
    ErrorMath(Ops ops) {
        this.ops = ops;
    }

    Tensor abs(Tensor x) {
        return ops.maximum(x, ops.neg(x));
    }

    Tensor number(double value) {
        return ops.constant(Scalar.of(value), DType.F64);
    }

    Tensor zeros(Shape shape) {
        return ops.constant(Scalar.ZERO, shape, DType.F64);
    }

    /** x · e, 0 where e is 0. */
    Tensor times(Tensor x, Tensor e) {
        return ops.where(ops.equal(e, number(0)), number(0), ops.mul(x, e));
    }

    /** Where x is neither infinite nor NaN. */
    Tensor finite(Tensor x) {
        return ops.less(abs(x), number(Double.POSITIVE_INFINITY));
    }

    /** x where it is finite, else 0. */
    Tensor finitePart(Tensor x) {
        return ops.where(finite(x), x, number(0));
    }

    /** e, infinite where it is NaN. */
    Tensor known(Tensor e) {
        return ops.where(ops.equal(e, e), e, number(Double.POSITIVE_INFINITY));
    }

    Tensor least(Tensor a, Tensor b) {
        return ops.neg(ops.maximum(ops.neg(a), ops.neg(b)));
    }

    /** Infinite where {@code doubt} holds, else 0. */
    Tensor unknownWhere(Tensor doubt, Shape shape) {
        return ops.where(ops.expand(doubt, shape), number(Double.POSITIVE_INFINITY), zeros(shape));
    }

    /** Where e is more than 0. */
    Tensor some(Tensor e) {
        return ops.less(number(0), e);
    }
}
