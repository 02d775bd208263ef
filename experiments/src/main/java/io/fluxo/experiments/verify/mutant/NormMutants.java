package io.fluxo.experiments.verify.mutant;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.layer.Layer;
import io.fluxo.layer.norm.LayerNorm;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/** Norms with one fault, which use the gain and bias of the norm they stand in for. */
final class NormMutants {

    private NormMutants() {}

    /** (x − μ)/√(σ² + ε) · w + b, with statistics of a mutant's own. */
    private abstract static class Normalizing extends Layer {
        private final Optional<Parameter> gain;
        private final Optional<Parameter> bias;
        private final double eps;
        private final HookPoint hookOut = boundary("hook_out");

        Normalizing(Layer original) {
            super(original.path());
            part(original);
            eps = original instanceof LayerNorm norm ? norm.eps() : ModelSpec.DEFAULT.get(NORM_EPS).standard();
            gain = original.parameters().stream().filter(parameter -> parameter.name().endsWith(".w")).findFirst();
            bias = original.parameters().stream().filter(parameter -> parameter.name().endsWith(".b")).findFirst();
        }

        @Override
        protected final Tensor compute(Pass pass, Tensor x) {
            Tensor normalized = normalized(pass, x);
            Tensor scaled = gain.isPresent() ? pass.mul(normalized, gain.get().value()) : normalized;
            return pass.at(hookOut, bias.isPresent() ? pass.add(scaled, bias.get().value()) : scaled);
        }

        abstract Tensor normalized(Pass pass, Tensor x);

        final Tensor root(Pass pass, Tensor variance) {
            return pass.sqrt(pass.shift(variance, eps));
        }
    }

    /** Mean and variance of each feature over batch and tokens, as batch normalisation has them in training. */
    static Layer batchNorm(Layer original) {
        return new Normalizing(original) {
            @Override
            Tensor normalized(Pass pass, Tensor x) {
                Scalar share = Scalar.reciprocal(x.dim(0).times(x.dim(1)));
                Tensor centred = pass.sub(x, pass.scale(pass.sum(x, 0, 1), share));
                Tensor variance = pass.scale(pass.sum(pass.mul(centred, centred), 0, 1), share);
                return pass.div(centred, root(pass, variance));
            }
        };
    }

    /** Each token is normalised by the mean of the token before it. */
    static Layer readsNeighbour(Layer original) {
        return new Normalizing(original) {
            @Override
            Tensor normalized(Pass pass, Tensor x) {
                Tensor centred = pass.sub(x, pass.mean(x, -1));
                Tensor variance = pass.mean(pass.mul(centred, centred), -1);
                return pass.div(pass.sub(x, before(pass, pass.mean(x, -1), 1)), root(pass, variance));
            }
        };
    }

    /** What stands one place before along {@code axis}; zero at the first. */
    static Tensor before(Pass pass, Tensor x, int axis) {
        Tensor later = pass.pad(x, axis, Dim.ONE, Dim.of(0), Scalar.ZERO);
        return pass.slice(later, axis, Dim.of(0), x.dim(axis));
    }

    /** The variance as E[x²] − mean², which cancels where the mean is large. */
    static Layer naiveVariance(Layer original) {
        return new Normalizing(original) {
            @Override
            Tensor normalized(Pass pass, Tensor x) {
                Tensor mean = pass.mean(x, -1);
                Tensor variance = pass.sub(pass.mean(pass.mul(x, x), -1), pass.mul(mean, mean));
                Tensor nonNegative = pass.maximum(variance, pass.zerosLike(variance));
                return pass.div(pass.sub(x, mean), root(pass, nonNegative));
            }
        };
    }
}
