package io.fluxo.layer;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** x/√(mean x² + ε) · w over the last axis (Zhang and Sennrich 2019). */
public final class RmsNorm extends Layer {

    private final double eps;
    private final Parameter gain;
    private final HookPoint hookScale = interior("hook_scale");
    private final HookPoint hookNormalized = interior("hook_normalized");
    private final HookPoint hookOut = boundary("hook_out");

    public RmsNorm(String path, Dim width, boolean affine, double eps) {
        super(path);
        this.eps = eps;
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        if (pass.wants(hookScale) || pass.wants(hookNormalized)) {
            Tensor scale = pass.at(hookScale, pass.sqrt(pass.shift(pass.mean(pass.mul(x, x), -1), eps)));
            Tensor normalized = pass.at(hookNormalized, pass.div(x, scale));
            return pass.at(hookOut, gain == null ? normalized : pass.mul(normalized, gain.value()));
        }
        return pass.at(hookOut, pass.rmsNorm(x, gain == null ? null : gain.value(), eps));
    }
}
