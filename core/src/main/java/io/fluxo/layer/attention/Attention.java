package io.fluxo.layer.attention;

import io.fluxo.layer.Pass;
import io.fluxo.layer.TokenMixer;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.Tensor;

/**
 * The sub-layer in which tokens attend to other tokens: [batch n d_model] and a context [batch m d_model] → [batch n d_model].
 */
public abstract class Attention extends TokenMixer {

    protected Attention(String path) {
        super(path);
    }

    /** MHA(x_i, [x_1 … x_N]): the rows of {@code x} attend to the rows of {@code context}, of which they are the last n. */
    public final Tensor forward(Pass pass, Tensor x, Tensor context) {
        try {
            return mixed(pass, attend(pass, x, whole(pass, context)));
        } catch (ShapeMismatchException mismatch) {
            throw mismatch.at(path());
        }
    }

    /** All rows attend to all rows. */
    @Override
    protected final Tensor compute(Pass pass, Tensor x) {
        return mixed(pass, attend(pass, x, whole(pass, x)));
    }

    /** Computes the sub-layer's output. Each attention implements this; callers use {@link #forward}. */
    protected abstract Tensor attend(Pass pass, Tensor x, Tensor context);

    /** The context with the tokens of earlier passes. */
    private Tensor whole(Pass pass, Tensor context) {
        return remembers() ? context : pass.joined(path() + ".context", context);
    }

    /** Whether {@link #attend} itself keeps what it needs of earlier tokens ({@link Pass#joined}). Otherwise it is given their rows again. */
    protected boolean remembers() {
        return false;
    }

    @Override
    protected final boolean seesPast() {
        return true;
    }
}
