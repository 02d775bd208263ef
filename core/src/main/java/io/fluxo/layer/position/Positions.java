package io.fluxo.layer.position;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/** Positions as numbers. */
final class Positions {

    private Positions() {}

    /** {@code first}, {@code first} + 1 … along {@code axis}. */
    static Tensor from(Pass pass, Dim first, int axis, Shape shape, DType dtype) {
        Tensor count = pass.iota(axis, shape, dtype);
        return first.equals(Dim.of(0)) ? count : pass.add(count, pass.constant(Scalar.of(first), dtype));
    }
}
