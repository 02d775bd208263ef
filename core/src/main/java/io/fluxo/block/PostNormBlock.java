package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/**
 * The chapter's block (equations 10.32–10.37; Vaswani et al. 2017): a norm after each residual addition. Hook points follow
 * TransformerLens's BertBlock.
 */
public final class PostNormBlock extends OneStreamBlock {

    /** The traits of its placement. */
    public static final Traits TRAITS = Traits.of(Traits.Equations.POST);

    private final Layer ln1;
    private final Layer ln2;
    private final HookPoint normalizedResidPost = boundary("hook_normalized_resid_post");

    public PostNormBlock(Placement.Parts parts) {
        super(parts, Symbols.POST, StreamContract.POST);
        present(attention);
        ln1 = present(parts.attentionNorm("ln1"));
        present(mlp);
        ln2 = present(parts.mlpNorm("ln2"));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context));                  // (10.32)  t1 = MHA(x_i, [x_1 … x_N])
        Tensor t2 = pass.at(residMid, attnResidual.join(pass, x, t1));                      // (10.33)  t2 = t1 + x
        return ln1.forward(pass, t2);                                                       // (10.34)  t3 = LN(t2)
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t3));                                 // (10.35)  t4 = FFN(t3)
        Tensor t5 = pass.at(residPost, mlpResidual.join(pass, t3, t4));                     // (10.36)  t5 = t4 + t3
        return pass.at(normalizedResidPost, ln2.forward(pass, t5));                         // (10.37)  h = LN(t5)
    }
}
