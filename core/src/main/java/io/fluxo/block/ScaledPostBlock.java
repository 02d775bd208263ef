package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** Post-norm with a heavier residual: x ← N(αx + f(x)). {@link DeepNorm} and {@link ScaledPost} say what α is. */
public final class ScaledPostBlock extends OneStreamBlock {

    private final Layer ln1;
    private final Layer ln2;
    private final double alpha;
    private final HookPoint normalizedResidPost = boundary("hook_normalized_resid_post");

    public ScaledPostBlock(Placement.Parts parts, double alpha) {
        super(parts, Symbols.POST, StreamContract.POST.carrying(alpha));
        this.alpha = alpha;
        present(attention);
        ln1 = present(parts.attentionNorm("ln1"));
        present(mlp);
        ln2 = present(parts.mlpNorm("ln2"));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context));                  // t1 = MHA(x_i, [x_1 … x_N])
        Tensor t2 = pass.at(residMid, attnResidual.join(pass, pass.scale(x, alpha), t1));   // t2 = t1 + αx
        return ln1.forward(pass, t2);                                                       // t3 = N(t2)
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t3));                                 // t4 = FFN(t3)
        Tensor t5 = pass.at(residPost, mlpResidual.join(pass, pass.scale(t3, alpha), t4));  // t5 = t4 + αt3
        return pass.at(normalizedResidPost, ln2.forward(pass, t5));                         // h = N(t5)
    }
}
