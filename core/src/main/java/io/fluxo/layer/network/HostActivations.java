package io.fluxo.layer.network;

import java.util.function.DoubleUnaryOperator;

/** Nonlinearities as functions of one number on the host, written from their definitions. Backends are compared with them. */
public final class HostActivations {

    public static final DoubleUnaryOperator RELU = x -> Math.max(x, 0);

    /** x·Φ(x). */
    public static final DoubleUnaryOperator GELU = x -> 0.5 * x * (1 + ErrorFunction.of(x / Math.sqrt(2)));

    /** GELU's approximation by tanh. */
    public static final DoubleUnaryOperator GELU_TANH = x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    /** x·σ(x). */
    public static final DoubleUnaryOperator SILU = x -> x / (1 + Math.exp(-x));

    private HostActivations() {}
}
