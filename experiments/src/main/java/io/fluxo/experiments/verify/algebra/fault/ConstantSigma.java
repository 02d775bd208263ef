package io.fluxo.experiments.verify.algebra.fault;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** (x − μ)/σ whose gradient does not go through σ: right in its values, wrong in its derivatives. */
final class ConstantSigma extends Layer {

    ConstantSigma(String path) {
        super(path);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor centred = pass.sub(x, pass.mean(x, -1));
        Tensor sigma = pass.sqrt(pass.mean(pass.mul(centred, centred), -1));
        return pass.div(centred, pass.stopGradient(sigma));
    }
}
