package io.fluxo.layer;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** (x − μ)/√(σ² + ε) · w + b over the last axis (Ba, Kiros and Hinton 2016). */
public final class LayerNorm extends Layer implements ChapterNorm {

    private final double eps;
    private final Parameter gain;
    private final Parameter bias;
    private final HookPoint hookScale = interior("hook_scale");
    private final HookPoint hookNormalized = interior("hook_normalized");
    private final HookPoint hookOut = boundary("hook_out");

    public LayerNorm(String path, Dim width, boolean affine, double eps) {
        super(path);
        this.eps = eps;
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
        bias = affine ? parameter("b", Shape.of(width), Initializer.ZEROS) : null;
    }

    /** What is added under the root. */
    public double eps() {
        return eps;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        if (pass.wants(hookScale) || pass.wants(hookNormalized)) {
            Tensor centred = pass.sub(x, pass.mean(x, -1));
            Tensor variance = pass.mean(pass.mul(centred, centred), -1);
            Tensor scale = pass.at(hookScale, pass.sqrt(pass.shift(variance, eps)));
            Tensor normalized = pass.at(hookNormalized, pass.div(centred, scale));
            return pass.at(hookOut, gain == null ? normalized : pass.add(pass.mul(normalized, gain.value()), bias.value()));
        }
        return pass.at(hookOut, gain == null ? pass.layerNorm(x, null, null, eps) : pass.layerNorm(x, gain.value(), bias.value(), eps));
    }
}
