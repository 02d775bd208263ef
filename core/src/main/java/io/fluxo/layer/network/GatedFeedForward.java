package io.fluxo.layer.network;

import io.fluxo.layer.Dropout;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Linear;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/**
 * The gated feed-forward network (Shazeer 2020), each token for itself: (act(xW_gate + b_gate) ⊙ (xW_in + b_in))W_out + b_out. With SiLU it is
 * SwiGLU, with GELU GEGLU. [… d_model] → [… d_model] by way of [… d_mlp].
 */
public final class GatedFeedForward extends Layer {

    private final Linear gate;
    private final Linear in;
    private final Optional<Layer> hidden;
    private final Linear out;
    private final Activation activation;
    private final Dropout dropout;
    private final HookPoint hookPre = boundary("hook_pre");
    private final HookPoint hookPreLinear = boundary("hook_pre_linear");
    private final HookPoint hookPost = boundary("hook_post");

    public GatedFeedForward(String path, Dim dModel, Dim dMlp, Activation activation, FeedForward.Design design) {
        super(path);
        this.activation = activation;
        gate = part(new Linear(path, "gate", dModel, dMlp, design.bias(), design.inputInit()));
        in = part(new Linear(path, "in", dModel, dMlp, design.bias(), design.inputInit()));
        hidden = design.hidden().map(this::part);
        out = part(new Linear(path, "out", dMlp, dModel, design.bias(), design.outputInit()));
        dropout = part(new Dropout(path + ".dropout", design.dropout()));
    }

    @Override
    protected Tensor compute(Pass pass, Tensor x) {
        Tensor pre = pass.at(hookPre, gate.forward(pass, x));
        Tensor linear = pass.at(hookPreLinear, in.forward(pass, x));
        Tensor post = pass.at(hookPost, pass.mul(activation.apply(pass, pre), linear));
        Tensor last = hidden.isPresent() ? hidden.get().forward(pass, post) : post;
        return dropout.forward(pass, out.forward(pass, last));
    }
}
