package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * A norm of what each sub-layer adds: x ← x + N(f(x)) (Liu et al. 2022, Swin V2; OLMo 2, which adds qk_norm), a final norm after the last
 * block.
 */
public final class ResPostBlock extends OneStreamBlock {

    /** The traits of its placement. */
    public static final Traits TRAITS = Traits.ORDINARY.departingFromTheSum(Traits.NORMALISED_BRANCH);

    private static final Symbols SYMBOLS = Symbols.of("x hook_resid_pre", "t1 hook_attn_out", "t2 ln1.hook_out", "t3 hook_resid_mid",
            "t4 hook_mlp_out", "t5 ln2.hook_out", "h hook_resid_post");

    private static final StreamContract CONTRACT = StreamContract.PRE.with(Branch.changedAfter(Branch.Kind.ATTENTION))
            .with(Branch.changedAfter(Branch.Kind.NETWORK));

    private final Layer ln1;
    private final Layer ln2;

    public ResPostBlock(Placement.Parts parts) {
        super(parts, SYMBOLS, CONTRACT);
        present(attention);
        ln1 = present(parts.attentionNorm("ln1"));
        present(mlp);
        ln2 = present(parts.mlpNorm("ln2"));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context));                  // t1 = MHA(x_i, [x_1 … x_N])
        Tensor t2 = ln1.forward(pass, t1);                                                  // t2 = N(t1)
        return pass.at(residMid, attnResidual.join(pass, x, t2));                           // t3 = t2 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t3));                                 // t4 = FFN(t3)
        Tensor t5 = ln2.forward(pass, t4);                                                  // t5 = N(t4)
        return pass.at(residPost, mlpResidual.join(pass, t3, t5));                          // h = t5 + t3
    }
}
