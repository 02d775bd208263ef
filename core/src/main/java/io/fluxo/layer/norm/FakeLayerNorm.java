package io.fluxo.layer.norm;

import io.fluxo.layer.Buffer;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * A layer norm that can be frozen (FakeLN; Baroni et al. 2025, "Transformers Don't Need LayerNorm at Inference Time"): (x − μ)/σ · w + b, where σ is the token's own standard deviation
 * while {@code frozen} is 0, and the running average {@code sigma} once it is 1. Frozen it is linear in x and can be folded into the next matrix. The average moves in training a hundredth of
 * the way to each batch's, and stands still when frozen.
 */
public final class FakeLayerNorm extends Layer {

    /** The share of a step in the running average. */
    private static final double MOMENTUM = 0.01;

    private final double eps;
    private final Parameter gain;
    private final Parameter bias;
    private final Buffer sigma;
    private final Buffer frozen;
    private final HookPoint hookScale = boundary("hook_scale");
    private final HookPoint hookOut = boundary("hook_out");

    public FakeLayerNorm(String path, Dim width, boolean affine, double eps) {
        super(path);
        this.eps = eps;
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
        bias = affine ? parameter("b", Shape.of(width), Initializer.ZEROS) : null;
        sigma = buffer("sigma", Shape.of(1), Initializer.ONES);
        frozen = buffer("frozen", Shape.of(1), Initializer.ZEROS);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor centred = pass.sub(x, pass.mean(x, -1));
        Tensor own = pass.sqrt(pass.shift(pass.mean(pass.mul(centred, centred), -1), eps));                           // [batch pos 1]
        if (pass.trains()) {
            track(pass, own);
        }
        Tensor constant = pass.expand(sigma.value(), own.shape());
        Tensor scale = pass.at(hookScale, pass.where(isFrozen(pass, own), constant, own));
        Tensor normalized = pass.div(centred, scale);
        return pass.at(hookOut, gain == null ? normalized : pass.add(pass.mul(normalized, gain.value()), bias.value()));
    }

    private Tensor isFrozen(Pass pass, Tensor own) {
        return pass.expand(pass.less(pass.constant(Scalar.of(0.5), frozen.value().shape(), own.dtype()), frozen.value()), own.shape());
    }

    private void track(Pass pass, Tensor own) {
        Tensor seen = pass.stopGradient(own);
        Tensor average = pass.scale(pass.sumOver(seen, 0, 1), Scalar.reciprocal(own.dim(0).times(own.dim(1))));        // [1]
        Tensor moves = pass.shift(pass.neg(frozen.value()), 1);
        pass.accumulate(sigma, pass.mul(pass.scale(pass.sub(average, sigma.value()), MOMENTUM), moves));
    }
}
