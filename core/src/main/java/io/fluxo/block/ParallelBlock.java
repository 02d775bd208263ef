package io.fluxo.block;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Attention and feed-forward network side by side behind one norm (Wang and Komatsuzaki 2021, GPT-J): x ← x + MHA(N(x)) + FFN(N(x)), a final norm
 * after the last block. Hook points follow TransformerLens with {@code parallel_attn_mlp}.
 * There is no second norm, and nothing between the sub-layers.
 */
public final class ParallelBlock extends Block {

    /** The traits of its placement. */
    public static final Traits TRAITS = Traits.ORDINARY.needingBothSubLayers();

    private static final Symbols SYMBOLS = Symbols.of("x hook_resid_pre", "t1 ln1.hook_out", "t2 hook_attn_out", "t5 hook_mlp_out", "h hook_resid_post");

    private final Layer ln1;
    private final Attention attention;
    private final Layer mlp;
    private final Residual residual;
    private final StreamContract contract;
    private final Optional<HookPoint> attnContribution;
    private final Optional<HookPoint> mlpContribution;
    private final HookPoint residPre = boundary("hook_resid_pre");
    private final HookPoint attnOut = boundary("hook_attn_out");
    private final HookPoint mlpOut = boundary("hook_mlp_out");
    private final HookPoint residPost = boundary("hook_resid_post");

    public ParallelBlock(Placement.Parts parts) {
        super(parts.path());
        ln1 = part(parts.norm().apply("ln1"));
        attention = part(parts.attention());
        mlp = part(parts.mlp());
        residual = parts.residual();
        contract = StreamContract.PARALLEL.under(residual);
        attnContribution = shown(Branch.Kind.ATTENTION);
        mlpContribution = shown(Branch.Kind.NETWORK);
    }

    /** Within the sum: both branches are weighed at once, and each by itself only where somebody looks. */
    private Optional<HookPoint> shown(Branch.Kind kind) {
        return Optional.of(contract.branch(kind)).filter(Branch::showsContribution).map(branch -> interior(branch.contribution()));
    }

    @Override
    protected Tensor equations(Pass pass, Tensor input, Tensor context) {
        Tensor x = pass.at(residPre, input);                                        // [batch pos d_model], as all that follow
        Tensor t1 = ln1.forward(pass, x);                                           // t1_i = N(x_i)
        Tensor t1s = context == input ? t1 : ln1.forward(pass, context);            // [t1_1 … t1_N]
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));             // t2 = MHA(t1_i, [t1_1 … t1_N])
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, t1));                         // t5 = FFN(t1)
        return pass.at(residPost, joined(pass, x, t2, t5));                         // h = t2 + t5 + x
    }

    private Tensor joined(Pass pass, Tensor x, Tensor t2, Tensor t5) {
        List<HookPoint> looked = Stream.of(attnContribution, mlpContribution).flatMap(Optional::stream).filter(pass::wants).toList();
        if (looked.isEmpty()) {
            return residual.join(pass, x, pass.add(t2, t5));
        }
        looked.forEach(pass.hooks()::composed);
        Tensor fromAttention = pass.at(attnContribution.orElseThrow(), pass.scale(t2, residual.weight()));
        Tensor fromNetwork = pass.at(mlpContribution.orElseThrow(), pass.scale(t5, residual.weight()));
        return pass.add(pass.add(fromAttention, fromNetwork), x);
    }

    @Override
    public Optional<StreamContract> contract() {
        return Optional.of(contract);
    }

    @Override
    public Map<String, String> chapter() {
        return SYMBOLS.hooks();
    }
}
