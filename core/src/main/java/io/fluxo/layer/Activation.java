package io.fluxo.layer;

import io.fluxo.tensor.Tensor;

/** A nonlinearity, element by element. */
@FunctionalInterface
public interface Activation {

    Tensor apply(Pass pass, Tensor x);
}
