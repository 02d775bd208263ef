package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;

/** A heavy residual between two norms: x ← N(αx + f(N(x))). While no gain has moved, the inner norm changes nothing in x = N(…). */
public final class KeelBlock extends OneStreamBlock {

    private final Layer in1;
    private final Layer ln1;
    private final Layer in2;
    private final Layer ln2;
    private final double alpha;
    private final HookPoint normalizedResidPost = boundary("hook_normalized_resid_post");

    public KeelBlock(Placement.Parts parts, double alpha) {
        super(parts, Symbols.POST, StreamContract.POST.carrying(alpha));
        this.alpha = alpha;
        in1 = present(parts.attentionNorm("ln1_in"));
        present(attention);
        ln1 = present(parts.attentionNorm("ln1"));
        in2 = present(parts.mlpNorm("ln2_in"));
        present(mlp);
        ln2 = present(parts.mlpNorm("ln2"));
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor n = in1.forward(pass, x);                                                    // N(x_i)
        Tensor ns = context == x ? n : in1.forward(pass, context);                          // [N(x_1) … N(x_N)]
        Tensor t1 = pass.at(attnOut, attention.forward(pass, n, ns));                       // t1 = MHA(N(x_i), [N(x_1) … N(x_N)])
        Tensor t2 = pass.at(residMid, attnResidual.join(pass, pass.scale(x, alpha), t1));   // t2 = t1 + αx
        return ln1.forward(pass, t2);                                                       // t3 = N(t2)
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, in2.forward(pass, t3)));              // t4 = FFN(N(t3))
        Tensor t5 = pass.at(residPost, mlpResidual.join(pass, pass.scale(t3, alpha), t4));  // t5 = t4 + αt3
        return pass.at(normalizedResidPost, ln2.forward(pass, t5));                         // h = N(t5)
    }
}
