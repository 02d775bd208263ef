package io.fluxo.layer.attention;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** A trained factor for each head, 1 at first (Shleifer, Weston and Ott 2021, NormFormer): [batch n head d_v] → the same. */
public final class HeadGains extends Layer {

    private final Parameter gain;
    private final HookPoint hook;

    public HeadGains(String path, Dim heads) {
        super(path);
        gain = parameter("w", Shape.of(heads, Dim.ONE), Initializer.ONES);
        hook = boundary("hook_out");
    }

    @Override
    protected Tensor compute(Pass pass, Tensor z) {
        return pass.at(hook, pass.mul(z, gain.value()));
    }
}
