package io.fluxo.block;

import static io.fluxo.block.Branch.Kind.ATTENTION;
import static io.fluxo.block.Branch.Kind.NETWORK;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * No norm before attention, and one of the stream before the network, which carries it on (Zhuo et al. 2025): x ← x + MHA(x), x ← N(x), x ← x + FFN(x). {@link HybridNorm} gives attention norms of its
 * queries, keys and values. A final norm after the last block.
 */
public final class HybridNormBlock extends OneStreamBlock {

    private static final Symbols SYMBOLS = Symbols.of("x hook_resid_pre", "t1 hook_attn_out", "t2 hook_resid_mid", "t3 ln2.hook_out", "t4 hook_mlp_out", "h hook_resid_post");

    private static final StreamContract CONTRACT = new StreamContract(List.of(Branch.plain(ATTENTION), Branch.plain(NETWORK)), List.of(
            StreamSum.of("hook_resid_pre", List.of(ATTENTION), "hook_resid_mid").normalisedAt("ln2.hook_out"),
            StreamSum.of("ln2.hook_out", List.of(NETWORK), "hook_resid_post")));

    private final Layer ln2;

    public HybridNormBlock(Placement.Parts parts) {
        super(parts, SYMBOLS, CONTRACT);
        present(attention);
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context));                  // t1 = MHA(x_i, [x_1 … x_N]), queries, keys and values normalised
        return pass.at(residMid, attnResidual.join(pass, x, t1));                           // t2 = t1 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t2) {
        Tensor t3 = ln2.forward(pass, t2);                                                  // t3 = N(t2)
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t3));                                 // t4 = FFN(t3)
        return pass.at(residPost, mlpResidual.join(pass, t3, t4));                          // h = t4 + t3
    }
}
