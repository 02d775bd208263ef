package io.fluxo.experiments.verify.gradient;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** A faulty norm: it takes away what the tokens have in common, so that tokens that are nearly equal come out far apart. */
final class TokensNormalised extends Layer {

    TokensNormalised(String path) {
        super(path);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor centred = pass.sub(x, pass.mean(x, 1));
        return pass.div(centred, pass.sqrt(pass.mean(pass.mul(centred, centred), -1)));
    }
}
