package io.fluxo.tensor;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;

/**
 * An immutable handle on an array of a backend. Only its backend reads the array; all other code computes through operations and reads values by
 * {@link io.fluxo.backend.Backend#download}. It lives until its {@link TensorScope} closes or an update operation takes it over.
 */
public interface Tensor {

    Shape shape();

    DType dtype();

    /** Number of axes. */
    default int rank() {
        return shape().rank();
    }

    /** The dim of {@code axis}; −1 is the last. */
    default Dim dim(int axis) {
        return shape().dim(axis);
    }
}
