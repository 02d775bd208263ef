package io.fluxo.layer.norm;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** γ ⊙ erf(αx + s) + β, α and s one trained number each (Chen et al. 2025, "Stronger Normalization-Free Transformers"): no statistics at all. */
public final class Derf extends Layer {

    private final Parameter alpha;
    private final Parameter shift;
    private final Parameter gain;
    private final Parameter bias;
    private final HookPoint hookPreAct = boundary("hook_pre_act");
    private final HookPoint hookOut = boundary("hook_out");

    /** @param slope α at first; s is 0 */
    public Derf(String path, Dim width, boolean affine, double slope) {
        super(path);
        alpha = parameter("alpha", Shape.of(1), Initializer.constant(slope));
        shift = parameter("s", Shape.of(1), Initializer.ZEROS);
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
        bias = affine ? parameter("b", Shape.of(width), Initializer.ZEROS) : null;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor squashed = pass.erf(pass.at(hookPreAct, pass.add(pass.mul(x, alpha.value()), shift.value())));
        return pass.at(hookOut, gain == null ? squashed : pass.add(pass.mul(squashed, gain.value()), bias.value()));
    }
}
