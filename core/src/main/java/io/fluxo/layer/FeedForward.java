package io.fluxo.layer;

import io.fluxo.shape.Dim;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** The feed-forward network, each token for itself: act(xW_in + b_in)W_out + b_out. [… d_model] → [… d_model] by way of [… d_mlp]. */
public final class FeedForward extends Layer {

    private final Linear in;
    private final Linear out;
    private final Activation activation;
    private final Dropout dropout;
    private final HookPoint hookPre = boundary("hook_pre");
    private final HookPoint hookPost = boundary("hook_post");

    public FeedForward(String path, Dim dModel, Dim dMlp, Activation activation, boolean bias, Initializer initializer, double dropoutRate) {
        super(path);
        this.activation = activation;
        in = part(new Linear(path, "in", dModel, dMlp, bias, initializer));
        out = part(new Linear(path, "out", dMlp, dModel, bias, initializer));
        dropout = part(new Dropout(path + ".dropout", dropoutRate));
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor pre = pass.at(hookPre, in.forward(pass, x));
        Tensor post = pass.at(hookPost, activation.apply(pass, pre));
        return dropout.forward(pass, out.forward(pass, post));
    }
}
