package io.fluxo.layer.norm;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** γ ⊙ tanh(αx) + β, α one trained number, ½ at first (Zhu et al. 2025, "Transformers without Normalization"): no statistics at all. */
public final class DynamicTanh extends Layer {

    private final Parameter alpha;
    private final Parameter gain;
    private final Parameter bias;
    private final HookPoint hookPreAct = boundary("hook_pre_act");
    private final HookPoint hookOut = boundary("hook_out");

    /** @param slope α at first */
    public DynamicTanh(String path, Dim width, boolean affine, double slope) {
        super(path);
        alpha = parameter("alpha", Shape.of(1), Initializer.constant(slope));
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
        bias = affine ? parameter("b", Shape.of(width), Initializer.ZEROS) : null;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor squashed = pass.tanh(pass.at(hookPreAct, pass.mul(x, alpha.value())));
        return pass.at(hookOut, gain == null ? squashed : pass.add(pass.mul(squashed, gain.value()), bias.value()));
    }
}
