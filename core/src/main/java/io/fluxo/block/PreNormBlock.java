package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * The pre-norm twin (Xiong et al. 2020, table 1): a norm before each sub-layer, the stream itself never normalised; a final norm follows the
 * last block. Hook points follow TransformerLens's TransformerBlock.
 */
public final class PreNormBlock extends OneStreamBlock {

    /** The traits of its placement. */
    public static final Traits TRAITS = Traits.of(Traits.Equations.PRE);

    private final Layer ln1;
    private final Layer ln2;

    public PreNormBlock(Placement.Parts parts) {
        super(parts, Symbols.PRE, StreamContract.PRE);
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = ln1.forward(pass, x);                                                   // t1_i = LN(x_i)
        Tensor t1s = context == x ? t1 : ln1.forward(pass, context);                        // [t1_1 … t1_N]
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));                     // t2 = MHA(t1_i, [t1_1 … t1_N])
        return pass.at(residMid, attnResidual.join(pass, x, t2));                           // t3 = t2 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = ln2.forward(pass, t3);                                                  // t4 = LN(t3)
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t4));                                 // t5 = FFN(t4)
        return pass.at(residPost, mlpResidual.join(pass, t3, t5));                          // h = t5 + t3
    }
}
