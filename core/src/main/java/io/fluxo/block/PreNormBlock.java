package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/**
 * The pre-norm twin (Xiong et al. 2020, table 1): a norm before each sub-layer, the stream itself never normalised; a final norm follows the
 * last block. Hook points follow TransformerLens's TransformerBlock.
 * <p>x hook_resid_pre · t1 ln1.hook_out · t2 hook_attn_out · t3 hook_resid_mid · t4 ln2.hook_out · t5 hook_mlp_out · h hook_resid_post.
 */
public final class PreNormBlock extends OneStreamBlock {

    private final Layer ln1;
    private final Layer ln2;

    public PreNormBlock(Placement.Parts parts) {
        super(parts);
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
        return pass.at(residMid, residual.join(pass, x, t2));                               // t3 = t2 + x
    }

    @Override
    protected Tensor transform(Pass pass, Tensor t3) {
        Tensor t4 = ln2.forward(pass, t3);                                                  // t4 = LN(t3)
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t4));                                 // t5 = FFN(t4)
        return pass.at(residPost, residual.join(pass, t3, t5));                             // h = t5 + t3
    }

    @Override
    protected Map<String, String> symbols() {
        return Map.of("x", "hook_resid_pre", "t1", "ln1.hook_out", "t2", "hook_attn_out", "t3", "hook_resid_mid", "t4", "ln2.hook_out",
                "t5", "hook_mlp_out", "h", "hook_resid_post");
    }

    @Override
    protected String attended() {
        return "hook_resid_mid";
    }
}
