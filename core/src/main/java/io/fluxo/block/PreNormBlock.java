package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Attention;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/**
 * The pre-norm twin (Xiong et al. 2020, table 1): a norm before each sub-layer, the stream itself never normalised; a final norm follows the
 * last block. Hook points follow TransformerLens's TransformerBlock.
 */
public final class PreNormBlock extends Block {

    private final Layer ln1;
    private final Attention attention;
    private final Layer ln2;
    private final Layer mlp;
    private final HookPoint residPre = boundary("hook_resid_pre");
    private final HookPoint attnOut = boundary("hook_attn_out");
    private final HookPoint residMid = boundary("hook_resid_mid");
    private final HookPoint mlpOut = boundary("hook_mlp_out");
    private final HookPoint residPost = boundary("hook_resid_post");

    public PreNormBlock(Placement.Parts parts) {
        super(parts.path());
        ln1 = part(parts.norm().apply("ln1"));
        attention = part(parts.attention());
        ln2 = part(parts.norm().apply("ln2"));
        mlp = part(parts.mlp());
    }

    @Override
    protected Tensor equations(Pass pass, Tensor input, Tensor context) {
        Tensor x = pass.at(residPre, input);                                        // [batch pos d_model], as all that follow
        Tensor t1 = ln1.forward(pass, x);                                           // t1_i = LN(x_i)
        Tensor t1s = context == input ? t1 : ln1.forward(pass, context);            // [t1_1 … t1_N]
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));             // t2 = MHA(t1_i, [t1_1 … t1_N])
        Tensor t3 = pass.at(residMid, pass.add(t2, x));                             // t3 = t2 + x
        Tensor t4 = ln2.forward(pass, t3);                                          // t4 = LN(t3)
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t4));                         // t5 = FFN(t4)
        return pass.at(residPost, pass.add(t5, t3));                                // h = t5 + t3
    }

    @Override
    public Map<String, String> chapter() {
        return Map.of("x", "hook_resid_pre", "t1", "ln1.hook_out", "t2", "hook_attn_out", "t3", "hook_resid_mid", "t4", "ln2.hook_out",
                "t5", "hook_mlp_out", "h", "hook_resid_post");
    }
}
