package io.fluxo.block;

import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/**
 * Residual connections alone: x ← x + f(x), no norm anywhere.
 * <p>x hook_resid_pre · t1 hook_attn_out · t2 hook_resid_mid · t4 hook_mlp_out · h hook_resid_post; what a norm would give, t3 and t5, is not
 * there.
 */
public final class NoNormBlock extends OneStreamBlock {

    public NoNormBlock(Placement.Parts parts) {
        super(parts);
        present(attention);
        present(mlp);
    }

    @Override
    protected Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context));                  // t1 = MHA(x_i, [x_1 … x_N])
        return pass.at(residMid, residual.join(pass, x, t1));                               // t2 = t1 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t2) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t2));                                 // t4 = FFN(t2)
        return pass.at(residPost, residual.join(pass, t2, t4));                             // h = t4 + t2
    }

    @Override
    protected Map<String, String> symbols() {
        return Map.of("x", "hook_resid_pre", "t1", "hook_attn_out", "t2", "hook_resid_mid", "t4", "hook_mlp_out", "h", "hook_resid_post");
    }

    @Override
    protected String attended() {
        return "hook_resid_mid";
    }
}
