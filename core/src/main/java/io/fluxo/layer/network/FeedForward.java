package io.fluxo.layer.network;

import io.fluxo.layer.Dropout;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/** The feed-forward network, each token for itself: act(xW_in + b_in)W_out + b_out. [… d_model] → [… d_model] by way of [… d_mlp]. */
public final class FeedForward extends Layer {

    private final Linear in;
    private final Optional<Layer> hidden;
    private final Linear out;
    private final Activation activation;
    private final Dropout dropout;
    private final HookPoint hookPre = boundary("hook_pre");
    private final HookPoint hookPost = boundary("hook_post");

    /**
     * How it is built, apart from its sizes.
     *
     * @param bias       whether the projections carry a bias
     * @param inputInit  initial values of W_in, and of W_gate in a gated network
     * @param outputInit initial values of W_out
     * @param hidden     layer applied to the hidden layer before W_out, [… d_mlp] → the same; NormFormer's norm
     * @param dropout    rate at the output, in training
     */
    public record Design(boolean bias, Initializer inputInit, Initializer outputInit, Optional<Layer> hidden, double dropout) {}

    public FeedForward(String path, Dim dModel, Dim dMlp, Activation activation, boolean bias, Initializer initializer, double dropoutRate) {
        this(path, dModel, dMlp, activation, new Design(bias, initializer, initializer, Optional.empty(), dropoutRate));
    }

    public FeedForward(String path, Dim dModel, Dim dMlp, Activation activation, Design design) {
        super(path);
        this.activation = activation;
        in = part(new Linear(path, "in", dModel, dMlp, design.bias(), design.inputInit()));
        hidden = design.hidden().map(this::part);
        out = part(new Linear(path, "out", dMlp, dModel, design.bias(), design.outputInit()));
        dropout = part(new Dropout(path + ".dropout", design.dropout()));
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor pre = pass.at(hookPre, in.forward(pass, x));
        Tensor post = pass.at(hookPost, activation.apply(pass, pre));
        Tensor last = hidden.isPresent() ? hidden.get().forward(pass, post) : post;
        return dropout.forward(pass, out.forward(pass, last));
    }
}
