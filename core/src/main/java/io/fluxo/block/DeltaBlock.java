package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;

/**
 * Deep Delta learning (arXiv 2601.00417), a stream of vectors: k = f(N(x))/‖f(N(x))‖, x ← x + β(v − kᵀx)k. What lies along k is moved to v as far as β says, all else is
 * kept: β = 0 is the identity, 1 replaces, 2 reflects. A final norm after the last block.
 *
 * <p>Its declared stream only adds up: the contribution is the whole update, what it takes away along k included. That is a multiple of the sub-layer's result, another for each token.
 */
public final class DeltaBlock extends OneStreamBlock {

    private static final StreamContract CONTRACT = StreamContract.PRE.with(new Branch(Branch.Kind.ATTENTION, "hook_attn_out", "delta1.hook_update"))
            .with(new Branch(Branch.Kind.NETWORK, "hook_mlp_out", "delta2.hook_update"));

    private final Layer ln1;
    private final Layer ln2;
    private final DeltaRule delta1;
    private final DeltaRule delta2;

    public DeltaBlock(Placement.Parts parts, double beta) {
        super(parts, Symbols.PRE, CONTRACT);
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        delta1 = attnOut == null ? null : part(new DeltaRule(parts.path() + ".delta1", parts.dModel(), beta));
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
        delta2 = mlpOut == null ? null : part(new DeltaRule(parts.path() + ".delta2", parts.dModel(), beta));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = ln1.forward(pass, x);                                                   // t1_i = N(x_i)
        Tensor t1s = context == x ? t1 : ln1.forward(pass, context);                        // [t1_1 … t1_N]
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));                     // t2 = MHA(t1_i, [t1_1 … t1_N])
        return pass.at(residMid, pass.add(x, delta1.update(pass, x, t1, t2)));              // t3 = x + β(v − kᵀx)k, k along t2
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = ln2.forward(pass, t3);                                                  // t4 = N(t3)
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t4));                                 // t5 = FFN(t4)
        return pass.at(residPost, pass.add(t3, delta2.update(pass, t3, t4, t5)));           // h = t3 + β(v − kᵀt3)k, k along t5
    }
}
