package io.fluxo.experiments.verify.stack;

import io.fluxo.block.Residual;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.function.Supplier;

/**
 * Residual connections of one post-norm stack that multiply the normalised stream by the size that it would have without norms: z = σx + f, and σ is the standard deviation of each token of z from
 * then on. All sub-layers of the stack share it.
 */
final class RunningScale implements Residual {

    private final Supplier<Tensor> first;
    private Tensor sigma;

    /** @param first σ of each token before the first sub-layer, [batch pos 1] */
    RunningScale(Supplier<Tensor> first) {
        this.first = first;
    }

    /** Has to be called before each run. */
    void begin() {
        sigma = first.get();
    }

    @Override
    public Tensor join(Pass pass, Tensor x, Tensor f) {
        Tensor z = pass.add(f, pass.mul(x, sigma));
        Tensor centred = pass.sub(z, pass.mean(z, -1));
        sigma = pass.sqrt(pass.mean(pass.mul(centred, centred), -1));
        return z;
    }

    /** The fault that σ stays what it was at first. */
    Residual frozen() {
        return (pass, x, f) -> pass.add(f, pass.mul(x, first.get()));
    }
}
