package io.fluxo.train;

import java.util.Locale;

/** What a training step can measure besides its loss, at boundary hooks and on gradients. */
public enum Measure {
    /** ‖∂L/∂W‖ over all parameters of a block, by block. */
    PARAM_GRAD_NORM_BY_LAYER,
    /** ‖∂L/∂x_l‖ over the whole batch, at x_0 … x_L. */
    STREAM_GRAD_NORM_BY_LAYER,
    /** ‖x_l‖ of a token, averaged over tokens, at x_0 … x_L. */
    STREAM_NORM_BY_LAYER,
    /** ‖Δw‖/‖w‖ of this step, by matrix in the model's order. */
    UPDATE_RATIO,
    /** Mean cosine of two different tokens of a sequence, at x_0 … x_L. */
    TOKEN_SIMILARITY;

    /** As written in YAML and in metrics: {@code token_similarity}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
