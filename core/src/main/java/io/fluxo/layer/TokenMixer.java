package io.fluxo.layer;

import io.fluxo.tensor.Tensor;

/** A layer in which tokens receive something from other tokens. */
public abstract class TokenMixer extends Layer {

    protected TokenMixer(String path) {
        super(path);
    }

    /** What the layer returns in {@code pass}, having computed {@code made}: a proof may put something else in its place. */
    protected final Tensor mixed(Pass pass, Tensor made) {
        if (pass.goesOn() && !seesPast()) {
            throw new UnsupportedOperationException(path() + " does not keep tokens of earlier passes: a sequence cannot go on token by token");
        }
        return pass.attended(this, made);
    }

    /** Whether tokens of earlier passes ({@link Pass#joined}) are mixed in where a sequence goes on. */
    protected boolean seesPast() {
        return false;
    }
}
