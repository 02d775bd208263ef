package io.fluxo.bound;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;

/**
 * A tensor of a type, known by its exact values and by how far from them a computation in that type may be.
 *
 * @param dtype the type that is spoken of
 * @param value what comes out without rounding: F64 where the type is floating, else in the type itself
 * @param error F64, at least 0, element by element; infinite where nothing is known
 */
public record BoundTensor(DType dtype, Tensor value, Tensor error) implements Tensor {

    @Override
    public Shape shape() {
        return value.shape();
    }

    @Override
    public String toString() {
        return Preview.of(shape(), dtype, "with error bounds");
    }
}
