package io.fluxo.block;

import io.fluxo.layer.Initializer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;

/**
 * No norm, and branches that begin at nothing: x ← x + αf(x), α one trained number for each block, 0 at first (Bachlechner et al. 2021, ReZero; De and
 * Smith 2020, SkipInit): the block begins as the identity.
 */
public final class ReZeroBlock extends OneStreamBlock {

    /** The traits of its placement. */
    public static final Traits TRAITS = Traits.ORDINARY.withoutNorms().withResidual(Traits.ResidualUse.PRESENT)
            .departingFromTheSum("what attention returns joins the stream times α");

    private static final StreamContract CONTRACT = StreamContract.PRE.with(Branch.changedAfter(Branch.Kind.ATTENTION))
            .with(Branch.changedAfter(Branch.Kind.NETWORK));

    private final Parameter alpha;

    public ReZeroBlock(Placement.Parts parts) {
        super(parts, Symbols.BARE, CONTRACT);
        present(attention);
        present(mlp);
        alpha = parameter("alpha", Shape.of(1), Initializer.ZEROS);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context));                  // t1 = MHA(x_i, [x_1 … x_N])
        return pass.at(residMid, attnResidual.join(pass, x, pass.mul(t1, alpha.value())));  // t2 = αt1 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t2) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t2));                                 // t4 = FFN(t2)
        return pass.at(residPost, mlpResidual.join(pass, t2, pass.mul(t4, alpha.value()))); // h = αt4 + t2
    }
}
