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
 * (x − μ)/√(σ² + ε) · w + b, each feature for itself (Ioffe and Szegedy 2015). In training, mean and variance are taken over batch and pos, so tokens
 * see each other. In evaluation they are the running mean and variance, which move a tenth of the way to each training batch's.
 */
public final class BatchNorm extends Layer implements TrainingStatistics {

    /** The share of a step in the running statistics. */
    private static final double MOMENTUM = 0.1;

    private final double eps;
    private final Parameter gain;
    private final Parameter bias;
    private final Buffer runningMean;
    private final Buffer runningVariance;
    private final HookPoint hookOut = boundary("hook_out");

    private record Moments(Tensor mean, Tensor variance) {}

    public BatchNorm(String path, Dim width, boolean affine, double eps) {
        super(path);
        this.eps = eps;
        gain = affine ? parameter("w", Shape.of(width), Initializer.ONES) : null;
        bias = affine ? parameter("b", Shape.of(width), Initializer.ZEROS) : null;
        runningMean = buffer("running_mean", Shape.of(width), Initializer.ZEROS);
        runningVariance = buffer("running_var", Shape.of(width), Initializer.ONES);
    }

    /** What is added under the root. */
    public double eps() {
        return eps;
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        if (!pass.trains()) {
            return normalized(pass, x, new Moments(runningMean.value(), runningVariance.value()));
        }
        Moments batch = statistics(pass, x);
        track(pass, batch, x.dim(0).times(x.dim(1)));
        return normalized(pass, x, batch);
    }

    @Override
    public Layer inTraining() {
        return new Layer(path()) {
            private final BatchNorm norm = part(BatchNorm.this);

            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return norm.normalized(pass, x, statistics(pass, x));
            }
        };
    }

    private Tensor normalized(Pass pass, Tensor x, Moments by) {
        Tensor normalized = pass.div(pass.sub(x, by.mean), pass.sqrt(pass.shift(by.variance, eps)));
        return pass.at(hookOut, gain == null ? normalized : pass.add(pass.mul(normalized, gain.value()), bias.value()));
    }

    /** Mean and variance over batch and pos, [width] each. */
    private static Moments statistics(Pass pass, Tensor x) {
        Scalar share = Scalar.reciprocal(x.dim(0).times(x.dim(1)));
        Tensor mean = pass.scale(pass.sumOver(x, 0, 1), share);
        Tensor centred = pass.sub(x, mean);
        return new Moments(mean, pass.scale(pass.sumOver(pass.mul(centred, centred), 0, 1), share));
    }

    /** Running statistics move towards the batch's; the variance without bias, as a sample's. */
    private void track(Pass pass, Moments batch, Dim count) {
        moveTowards(pass, runningMean, batch.mean);
        moveTowards(pass, runningVariance, pass.scale(batch.variance, Scalar.bessel(count)));
    }

    private static void moveTowards(Pass pass, Buffer running, Tensor value) {
        pass.accumulate(running, pass.scale(pass.sub(pass.stopGradient(value), running.value()), MOMENTUM));
    }
}
