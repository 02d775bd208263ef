package io.fluxo.layer.norm;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** No norm: x. */
public final class NoNorm extends Layer implements PassesThrough {

    private final HookPoint hookOut = boundary("hook_out");

    public NoNorm(String path) {
        super(path);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        return pass.at(hookOut, x);
    }
}
