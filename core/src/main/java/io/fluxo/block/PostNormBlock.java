package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Attention;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/**
 * The chapter's block (equations 10.32–10.37; Vaswani et al. 2017): a norm after each residual addition. Hook points follow
 * TransformerLens's BertBlock.
 */
public final class PostNormBlock extends Block {

    private final Attention attention;
    private final Layer ln1;
    private final Layer mlp;
    private final Layer ln2;
    private final HookPoint residPre = boundary("hook_resid_pre");
    private final HookPoint attnOut = boundary("hook_attn_out");
    private final HookPoint residMid = boundary("hook_resid_mid");
    private final HookPoint mlpOut = boundary("hook_mlp_out");
    private final HookPoint residPost = boundary("hook_resid_post");
    private final HookPoint normalizedResidPost = boundary("hook_normalized_resid_post");

    public PostNormBlock(Placement.Parts parts) {
        super(parts.path());
        attention = part(parts.attention());
        ln1 = part(parts.norm().apply("ln1"));
        mlp = part(parts.mlp());
        ln2 = part(parts.norm().apply("ln2"));
    }

    @Override
    protected Tensor equations(Pass pass, Tensor input, Tensor context) {
        Tensor x = pass.at(residPre, input);                                        // [batch pos d_model], as all that follow
        Tensor xs = context == input ? x : context;
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, xs));               // (10.32)  t1 = MHA(x_i, [x_1 … x_N])
        Tensor t2 = pass.at(residMid, pass.add(t1, x));                             // (10.33)  t2 = t1 + x
        Tensor t3 = ln1.forward(pass, t2);                                          // (10.34)  t3 = LN(t2)
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t3));                         // (10.35)  t4 = FFN(t3)
        Tensor t5 = pass.at(residPost, pass.add(t4, t3));                           // (10.36)  t5 = t4 + t3
        return pass.at(normalizedResidPost, ln2.forward(pass, t5));                 // (10.37)  h = LN(t5)
    }

    @Override
    public Map<String, String> chapter() {
        return Map.of("x", "hook_resid_pre", "t1", "hook_attn_out", "t2", "hook_resid_mid", "t3", "ln1.hook_out", "t4", "hook_mlp_out",
                "t5", "hook_resid_post", "h", "hook_normalized_resid_post");
    }
}
