package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * Residual connections alone: x ← x + f(x), no norm anywhere.
 */
public final class NoNormBlock extends OneStreamBlock {

    /** The traits of its placement. */
    public static final Traits TRAITS = Traits.ORDINARY.withoutNorms();

    public NoNormBlock(Placement.Parts parts) {
        super(parts, Symbols.BARE, StreamContract.PRE);
        present(attention);
        present(mlp);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context));                  // t1 = MHA(x_i, [x_1 … x_N])
        return pass.at(residMid, attnResidual.join(pass, x, t1));                           // t2 = t1 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t2) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t2));                                 // t4 = FFN(t2)
        return pass.at(residPost, mlpResidual.join(pass, t2, t4));                          // h = t4 + t2
    }
}
