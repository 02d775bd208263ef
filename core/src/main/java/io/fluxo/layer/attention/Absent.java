package io.fluxo.layer.attention;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** Stands where a block has no sub-layer, and no norm for it: no parameters, no hook points, and it is never run. */
public final class Absent extends Attention {

    public Absent(String path) {
        super(path);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        throw new IllegalStateException(path() + " is absent");
    }
}
