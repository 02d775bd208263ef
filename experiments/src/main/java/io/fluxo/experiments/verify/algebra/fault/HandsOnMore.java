package io.fluxo.experiments.verify.algebra.fault;

import io.fluxo.block.OneStreamBlock;
import io.fluxo.block.Placement;
import io.fluxo.block.StreamContract;
import io.fluxo.block.Symbols;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/** A pre-norm block that hands on more than it shows: what its network returns joins the stream twice, once after the last hook point. */
public final class HandsOnMore extends OneStreamBlock {

    private final Layer ln1;
    private final Layer ln2;

    public HandsOnMore(Placement.Parts parts) {
        super(parts, Symbols.PRE, StreamContract.PRE);
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = ln1.forward(pass, x);
        Tensor t1s = context == x ? t1 : ln1.forward(pass, context);
        return pass.at(residMid, attnResidual.join(pass, x, pass.at(attnOut, attention.forward(pass, t1, t1s))));
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, ln2.forward(pass, t3)));
        return pass.add(pass.at(residPost, mlpResidual.join(pass, t3, t5)), t5);
    }
}
