package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * Pre-norm whose norms shrink with depth: x ← x + f(N(x)/√l) in the l-th block (Sun et al. 2025, "The Curse of Depth in Large Language Models"),
 * a final norm after the last block.
 */
public final class LnScalingBlock extends OneStreamBlock {

    private static final Symbols SYMBOLS = Symbols.of("x hook_resid_pre", "t1 hook_ln1_scaled", "t2 hook_attn_out", "t3 hook_resid_mid",
            "t4 hook_ln2_scaled", "t5 hook_mlp_out", "h hook_resid_post");

    private final Layer ln1;
    private final Layer ln2;
    private final double shrink;
    private final HookPoint scaled1;
    private final HookPoint scaled2;

    public LnScalingBlock(Placement.Parts parts) {
        super(parts, SYMBOLS, StreamContract.PRE);
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
        shrink = 1 / Math.sqrt(parts.depth().layer());
        scaled1 = boundary("hook_ln1_scaled");
        scaled2 = boundary("hook_ln2_scaled");
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(scaled1, pass.scale(ln1.forward(pass, x), shrink));             // t1_i = N(x_i)/√l
        Tensor t1s = context == x ? t1 : pass.scale(ln1.forward(pass, context), shrink);    // [t1_1 … t1_N]
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));                     // t2 = MHA(t1_i, [t1_1 … t1_N])
        return pass.at(residMid, attnResidual.join(pass, x, t2));                           // t3 = t2 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = pass.at(scaled2, pass.scale(ln2.forward(pass, t3), shrink));            // t4 = N(t3)/√l
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t4));                                 // t5 = FFN(t4)
        return pass.at(residPost, mlpResidual.join(pass, t3, t5));                          // h = t5 + t3
    }
}
