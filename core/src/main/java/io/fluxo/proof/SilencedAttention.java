package io.fluxo.proof;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * Replaces attention when a model is built: it returns zeros and has no parameters. A block that brings an attention of its own keeps it;
 * {@link io.fluxo.layer.Pass#replacingAttention} reaches that too.
 */
public final class SilencedAttention extends Attention {

    public SilencedAttention(String path) {
        super(path);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        return pass.expand(pass.zerosLike(x), x.shape());
    }
}
