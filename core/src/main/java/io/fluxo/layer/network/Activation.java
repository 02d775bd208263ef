package io.fluxo.layer.network;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** A nonlinearity, element by element. */
@FunctionalInterface
public interface Activation {

    /** x·σ(x) (Hendrycks and Gimpel 2016; Ramachandran et al. 2017, "swish"), with σ(x) = ½(1 + tanh(x/2)). */
    Activation SILU = (pass, x) -> pass.scale(pass.mul(x, pass.shift(pass.tanh(pass.scale(x, 0.5)), 1)), 0.5);

    Tensor apply(Pass pass, Tensor x);
}
