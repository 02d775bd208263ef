package io.fluxo.layer;

import io.fluxo.tensor.Tensor;

/** Drops elements in training, does nothing in evaluation (Srivastava et al. 2014). */
public final class Dropout extends Layer {

    private final double rate;

    public Dropout(String path, double rate) {
        super(path);
        this.rate = rate;
    }

    /** Whether anything is dropped in training. */
    public boolean drops() {
        return rate > 0;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        return pass.dropout(path(), x, rate);
    }
}
