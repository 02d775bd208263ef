package io.fluxo.op;

import io.fluxo.tensor.Tensor;
import java.util.function.BiFunction;

/** An engine that records what it executes, and sends gradients back. */
public interface GradientTape extends Engine {

    /**
     * {@code value}, whose gradient is changed on its way back: what {@code change} makes of the gradient that reaches the result goes on to {@code value}. A
     * reverse pass that does not reach it is an error.
     *
     * @param what   what messages call the place
     * @param change is given operations to compute with, and the gradient
     */
    Tensor onGradient(String what, Tensor value, BiFunction<Ops, Tensor, Tensor> change);
}
