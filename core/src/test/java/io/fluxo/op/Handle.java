package io.fluxo.op;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/** A tensor of a shape and a type, and nothing else. */
public record Handle(Shape shape, DType dtype) implements Tensor {

    public static Handle f32(int... sizes) {
        return new Handle(Shape.of(sizes), DType.F32);
    }

    public static Handle f32(Dim... dims) {
        return new Handle(Shape.of(dims), DType.F32);
    }
}
