package io.fluxo.layer;

import io.fluxo.tensor.Tensor;

/** c·tanh(x/c): x where it is small, never beyond ±c (Gemma 2). */
public final class SoftCap {

    private SoftCap() {}

    /** {@code x} bounded by {@code cap}, which is positive. */
    public static Tensor of(Pass pass, Tensor x, double cap) {
        return pass.scale(pass.tanh(pass.scale(x, 1 / cap)), cap);
    }
}
