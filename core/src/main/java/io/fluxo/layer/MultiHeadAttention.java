package io.fluxo.layer;

import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2): for each head softmax(qKᵀ/√d_head)V with q = xW_Q, K = [x_1…x_N]W_K,
 * V = [x_1…x_N]W_V; the heads side by side, times W_O. The width of all heads together, n_heads·d_v, is independent of d_model: W_O maps it
 * back.
 */
public final class MultiHeadAttention extends Attention {

    /**
     * @param dModel width of the stream
     * @param nHeads number of heads
     * @param dHead  width of one head's queries and keys
     * @param dV     width of one head's values
     */
    public record Dims(Dim dModel, Dim nHeads, Dim dHead, Dim dV) {}

    /** The four projections: [… d_model] → [… n_heads·d_head], the same, [… n_heads·d_v], and back from there. */
    public record Projections(Linear q, Linear k, Linear v, Linear o) {}

    private final Dims dims;
    private final FusedOp.Attention plain;
    private final Linear q;
    private final Linear k;
    private final Linear v;
    private final Linear o;
    private final Dropout dropout;
    private final HookPoint hookQ = boundary("hook_q");
    private final HookPoint hookK = boundary("hook_k");
    private final HookPoint hookV = boundary("hook_v");
    private final HookPoint hookScores = interior("hook_attn_scores");
    private final HookPoint hookPattern = interior("hook_pattern");
    private final HookPoint hookZ = boundary("hook_z");

    public MultiHeadAttention(String path, Dims dims, Mask mask, boolean bias, Initializer initializer, double dropoutRate) {
        super(path);
        this.dims = dims;
        plain = new FusedOp.Attention(mask, Scalar.reciprocalSqrt(dims.dHead), false);
        Dim keys = dims.nHeads.times(dims.dHead).named("n_heads·d_head");
        Dim values = dims.nHeads.times(dims.dV).named("n_heads·d_v");
        q = part(new Linear(path, "Q", dims.dModel, keys, bias, initializer));
        k = part(new Linear(path, "K", dims.dModel, keys, bias, initializer));
        v = part(new Linear(path, "V", dims.dModel, values, bias, initializer));
        o = part(new Linear(path, "O", values, dims.dModel, bias, initializer));
        dropout = part(new Dropout(path + ".dropout", dropoutRate));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        return attend(pass, x, context, context, null);
    }

    /**
     * Attention in general.
     *
     * @param queries [batch n d_model]
     * @param keys    [batch m d_model]
     * @param values  [batch m d_model]
     * @param bias    added to the scores [batch head n m], broadcast; null for none
     * @return [batch n d_model]
     */
    public Tensor forward(Pass pass, Tensor queries, Tensor keys, Tensor values, Tensor bias) {
        try {
            return attend(pass, queries, keys, values, bias);
        } catch (ShapeMismatchException mismatch) {
            throw mismatch.at(path());
        }
    }

    private Tensor attend(Pass pass, Tensor queries, Tensor keys, Tensor values, Tensor bias) {
        Tensor qs = pass.at(hookQ, heads(pass, q.forward(pass, queries), dims.dHead));     // [batch n head d_head]
        Tensor ks = pass.at(hookK, heads(pass, k.forward(pass, keys), dims.dHead));        // [batch m head d_head]
        Tensor vs = pass.at(hookV, heads(pass, v.forward(pass, values), dims.dV));         // [batch m head d_v]
        Tensor z = pass.at(hookZ, mix(pass, qs, ks, vs, bias));                            // [batch n head d_v]
        return dropout.forward(pass, o.forward(pass, pass.mergeAxes(z, 2)));               // [batch n d_model]
    }

    private Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
        FusedOp.Attention op = bias == null ? plain : new FusedOp.Attention(plain.mask(), plain.scale(), true);
        Tensor[] in = bias == null ? new Tensor[] {qs, ks, vs} : new Tensor[] {qs, ks, vs, bias};
        if (pass.wants(hookScores) || pass.wants(hookPattern)) {
            Tensor scores = pass.at(hookScores, op.scores(pass, in));                      // [batch head n m]
            Tensor pattern = pass.at(hookPattern, pass.softmax(scores));
            return op.weighted(pass, pattern, vs);
        }
        return pass.fused(op, in);
    }

    /** The sizes it was built from. */
    public Dims dims() {
        return dims;
    }

    /** The attention of one head, without a bias on the scores. */
    public FusedOp.Attention operation() {
        return plain;
    }

    /** W_Q, W_K, W_V and W_O with their biases, for an attention that puts them together in another way. */
    public Projections projections() {
        return new Projections(q, k, v, o);
    }

    private Tensor heads(Pass pass, Tensor x, Dim width) {
        return pass.splitAxis(x, 2, dims.nHeads, width);
    }
}
