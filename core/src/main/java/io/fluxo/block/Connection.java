package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** How one sub-layer is connected to several streams H, [batch pos stream d_model]. */
public abstract class Connection extends Layer {

    /**
     * The weights of each token.
     *
     * @param pre  what the sub-layer reads of each stream, [batch pos stream]
     * @param post what each stream takes of the sub-layer's result, [batch pos stream]
     * @param res  what each stream takes of each stream, [batch pos to from]
     */
    public record Weights(Tensor pre, Tensor post, Tensor res) {}

    private final HookPoint hookPre = boundary("hook_pre");
    private final HookPoint hookPost = boundary("hook_post");
    private final HookPoint hookRes = boundary("hook_res");
    private final HookPoint hookIn = boundary("hook_in");

    protected Connection(String path) {
        super(path);
    }

    /** The weights that the streams ask for. */
    protected abstract Weights made(Pass pass, Tensor h);

    /** The weights, shown. */
    public final Weights weights(Pass pass, Tensor h) {
        Weights made = made(pass, h);
        return new Weights(pass.at(hookPre, made.pre), pass.at(hookPost, made.post), pass.at(hookRes, made.res));
    }

    /** What the sub-layer reads: h_pre H, [batch pos d_model]. */
    public final Tensor in(Pass pass, Weights weights, Tensor h) {
        return pass.at(hookIn, pass.squeeze(pass.matMul(pass.unsqueeze(weights.pre, 2), h), 2));
    }

    /** What becomes of the streams: H_res H + h_post u. */
    public final Tensor out(Pass pass, Weights weights, Tensor h, Tensor u) {
        return pass.add(pass.matMul(weights.res, h), pass.mul(pass.unsqueeze(weights.post, 3), pass.unsqueeze(u, 2)));
    }

    /** What a sub-layer would read. */
    @Override
    protected final Tensor compute(Pass pass, Tensor h) {
        return in(pass, weights(pass, h), h);
    }
}
