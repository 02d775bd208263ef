package io.fluxo.layer.network;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * What BERT applies to a token before the unembedding, to guess masked tokens (Devlin et al. 2019): norm(act(xW + b)). [batch pos d_model] → the same.
 */
public final class MaskedHead extends Layer {

    private final Linear dense;
    private final Activation activation;
    private final Layer norm;
    private final HookPoint hookPre = boundary("hook_pre");
    private final HookPoint hookPost = boundary("hook_post");

    public MaskedHead(String path, Dim dModel, Activation activation, Layer norm, Initializer initializer) {
        super(path);
        this.activation = activation;
        dense = part(new Linear(path, "dense", dModel, dModel, true, initializer));
        this.norm = part(norm);
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor pre = pass.at(hookPre, dense.forward(pass, x));
        return norm.forward(pass, pass.at(hookPost, activation.apply(pass, pre)));
    }
}
