package io.fluxo.experiments.verify.mutant;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.Symbols;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/** The post-norm block whose residual connections carry nothing on: t2 = t1 and t5 = t4. */
final class DroppedResidualBlock extends Block {

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

    DroppedResidualBlock(Placement.Parts parts) {
        super(parts.path());
        attention = part(parts.attention());
        ln1 = part(parts.norm().apply("ln1"));
        mlp = part(parts.mlp());
        ln2 = part(parts.norm().apply("ln2"));
    }

    @Override
    protected Tensor equations(Pass pass, Tensor input, Tensor context) {
        Tensor x = pass.at(residPre, input);
        Tensor t1 = pass.at(attnOut, attention.forward(pass, x, context == input ? x : context));
        Tensor t2 = pass.at(residMid, t1);                                              // x is dropped
        Tensor t3 = ln1.forward(pass, t2);
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, t3));
        Tensor t5 = pass.at(residPost, t4);                                             // t3 is dropped
        return pass.at(normalizedResidPost, ln2.forward(pass, t5));
    }

    @Override
    public Map<String, String> chapter() {
        return Symbols.POST.hooks();
    }
}
