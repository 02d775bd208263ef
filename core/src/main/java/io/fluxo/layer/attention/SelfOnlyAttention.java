package io.fluxo.layer.attention;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** Attention in which every token sees itself alone: x_iW_VW_O. The parameters of attention without its mixing of tokens. */
public final class SelfOnlyAttention extends Attention {

    private final ValuePath valuePath;

    public SelfOnlyAttention(String path, MultiHeadAttention.Dims dims, MultiHeadAttention.Design design) {
        super(path);
        valuePath = part(new ValuePath(path, dims, design));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        return valuePath.forward(pass, x);
    }
}
