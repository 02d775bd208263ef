package example.norm;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** x / (max |x| + ε) · w over the last axis: the largest feature of a token becomes 1 or −1. */
final class PeakNorm extends Layer {

    private final double eps;
    private final Parameter gain;
    private final HookPoint hookOut = boundary("hook_out");

    PeakNorm(String path, Dim width, boolean affine, double eps) {
        super(path);
        this.eps = eps;
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor peak = pass.max(pass.maximum(x, pass.neg(x)), -1);                    // [batch pos 1]
        Tensor normalized = pass.div(x, pass.shift(peak, eps));                       // [batch pos d_model]
        return pass.at(hookOut, gain == null ? normalized : pass.mul(normalized, gain.value()));
    }
}
