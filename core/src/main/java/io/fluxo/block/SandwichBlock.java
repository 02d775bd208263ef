package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * A norm before and after each sub-layer: x ← x + N(f(N(x))), a final norm after the last block (Ding et al. 2021, CogView; Gemma 2; Kim et al.
 * 2025, Peri-LN). Hook points follow TransformerLens with {@code use_normalization_before_and_after}: what joins the stream is
 * hook_attn_out and hook_mlp_out.
 */
public final class SandwichBlock extends OneStreamBlock {

    /** The traits of its placement. */
    public static final Traits TRAITS = Traits.ORDINARY.normalisingTheBranch();

    private static final StreamContract CONTRACT = StreamContract.PRE.with(Branch.changedBefore(Branch.Kind.ATTENTION))
            .with(Branch.changedBefore(Branch.Kind.NETWORK));

    private final Layer ln1;
    private final Layer ln1Post;
    private final Layer ln2;
    private final Layer ln2Post;

    public SandwichBlock(Placement.Parts parts) {
        super(parts, Symbols.PRE, CONTRACT);
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        ln1Post = present(parts.attentionNorm("ln1_post"));
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
        ln2Post = present(parts.mlpNorm("ln2_post"));
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
        Tensor made = pass.at(mlpResult, mlp.forward(pass, t4));                            // FFN(t4)
        Tensor t5 = pass.at(mlpOut, ln2Post.forward(pass, made));                           // t5 = N(FFN(t4))
        return pass.at(residPost, mlpResidual.join(pass, t3, t5));                          // h = t5 + t3
    }
}
