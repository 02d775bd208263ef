package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * Pre-norm with a norm after attention too (Shleifer, Weston and Ott 2021, NormFormer): x ← x + N(MHA(N(x))), x ← x + FFN(N(x)). {@link NormFormer}
 * gives attention a gain for each head, and the feed-forward network a norm after its nonlinearity. A final norm after the last block.
 */
public final class NormFormerBlock extends OneStreamBlock {

    private final Layer ln1;
    private final Layer ln1Post;
    private final Layer ln2;

    public NormFormerBlock(Placement.Parts parts) {
        super(parts, Symbols.PRE, StreamContract.PRE.with(Branch.changedBefore(Branch.Kind.ATTENTION)));
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        ln1Post = present(parts.attentionNorm("ln1_post"));
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = ln1.forward(pass, x);                                                   // t1_i = N(x_i)
        Tensor t1s = context == x ? t1 : ln1.forward(pass, context);                        // [t1_1 … t1_N]
        Tensor mixed = pass.at(attnResult, attention.forward(pass, t1, t1s));               // MHA(t1_i, [t1_1 … t1_N])
        Tensor t2 = pass.at(attnOut, ln1Post.forward(pass, mixed));                         // t2 = N(MHA(t1_i, [t1_1 … t1_N]))
        return pass.at(residMid, attnResidual.join(pass, x, t2));                           // t3 = t2 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = ln2.forward(pass, t3);                                                  // t4 = N(t3)
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t4));                                 // t5 = FFN(t4)
        return pass.at(residPost, mlpResidual.join(pass, t3, t5));                          // h = t5 + t3
    }
}
