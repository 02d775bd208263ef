package example.parallel;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.StreamContract;
import io.fluxo.block.Symbols;
import io.fluxo.block.Traits;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

/** Attention and feed-forward network side by side behind one norm (Wang and Komatsuzaki 2021, GPT-J): h = x + MHA(LN(x)) + FFN(LN(x)). */
public final class ParallelBlock extends Block {

    /** It needs both sub-layers, and adds what they return as it is: {@code residual} may be nothing but identity. */
    public static final Traits TRAITS = Traits.ORDINARY.needingBothSubLayers().withResidual(Traits.ResidualUse.PLAIN);

    private static final Symbols SYMBOLS = Symbols.of("x hook_resid_pre", "t1 ln1.hook_out", "t2 hook_attn_out", "t3 hook_mlp_out", "t4 hook_resid_mid",
            "h hook_resid_post");

    private final Layer ln1;
    private final Attention attention;
    private final Layer mlp;
    private final HookPoint residPre = boundary("hook_resid_pre");
    private final HookPoint attnOut = boundary("hook_attn_out");
    private final HookPoint residMid = boundary("hook_resid_mid");
    private final HookPoint mlpOut = boundary("hook_mlp_out");
    private final HookPoint residPost = boundary("hook_resid_post");

    public ParallelBlock(Placement.Parts parts) {
        super(parts.path());
        ln1 = part(parts.norm().apply("ln1"));
        attention = part(parts.attention());
        mlp = part(parts.mlp());
    }

    @Override
    protected Tensor equations(Pass pass, Tensor input, Tensor context) {
        Tensor x = pass.at(residPre, input);                                        // [batch pos d_model], as all that follow
        Tensor t1 = ln1.forward(pass, x);                                           // t1_i = LN(x_i)
        Tensor t1s = context == input ? t1 : ln1.forward(pass, context);            // [t1_1 … t1_N]
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));             // t2 = MHA(t1_i, [t1_1 … t1_N])
        Tensor t3 = pass.at(mlpOut, mlp.forward(pass, t1));                         // t3 = FFN(t1)
        Tensor t4 = pass.at(residMid, pass.add(t2, x));                             // t4 = t2 + x
        return pass.at(residPost, pass.add(t3, t4));                                // h = t3 + t4
    }

    @Override
    public Map<String, String> chapter() {
        return SYMBOLS.hooks();
    }

    /** The sums are those of pre-norm: hook_resid_mid = x + attention's, then h = hook_resid_mid + the network's. */
    @Override
    public Optional<StreamContract> contract() {
        return Optional.of(StreamContract.PRE);
    }
}
