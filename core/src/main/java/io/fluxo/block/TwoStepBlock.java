package io.fluxo.block;

import io.fluxo.layer.Absent;
import io.fluxo.layer.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.TreeMap;

/**
 * A block whose stream goes through an attention step, then through a feed-forward step. A model may leave out either sub-layer, its norms
 * with it: then that step is not taken, and the step that is left ends in {@code hook_resid_post}.
 *
 * @param <S> what the steps hand on
 */
public abstract class TwoStepBlock<S> extends Block {

    protected final Attention attention;
    protected final Layer mlp;
    protected final Residual residual;
    protected final HookPoint residPre = boundary("hook_resid_pre");
    protected final HookPoint attnOut;
    protected final HookPoint residMid;
    protected final HookPoint mlpOut;
    protected final HookPoint residPost;
    private final boolean attends;
    private final boolean transforms;

    protected TwoStepBlock(Placement.Parts parts) {
        super(parts.path());
        attention = parts.attention();
        mlp = parts.mlp();
        residual = parts.residual();
        attends = !(attention instanceof Absent);
        transforms = !(mlp instanceof Absent);
        attnOut = attends ? boundary("hook_attn_out") : null;
        residMid = attends ? boundary(transforms ? "hook_resid_mid" : "hook_resid_post") : null;
        mlpOut = transforms ? boundary("hook_mlp_out") : null;
        residPost = transforms ? boundary("hook_resid_post") : null;
    }

    /** Makes {@code layer} a part, unless it is absent. */
    protected final <L extends Layer> L present(L layer) {
        return layer instanceof Absent ? layer : part(layer);
    }

    /** The attention step; {@code context} may be attended to. */
    protected abstract S attend(Pass pass, S state, Tensor context);

    /** The feed-forward step. */
    protected abstract S transform(Pass pass, S state);

    /** Both steps, as far as there are sub-layers for them. */
    protected final S steps(Pass pass, S state, Tensor context) {
        S attended = attends ? attend(pass, state, context) : state;
        return transforms ? transform(pass, attended) : attended;
    }

    /** The chapter's symbols in a block that has both sub-layers; t1, t2 and t3 belong to the attention step. */
    protected abstract Map<String, String> symbols();

    /** The hook point at which the attention step ends. */
    protected abstract String attended();

    @Override
    public final Map<String, String> chapter() {
        Map<String, String> symbols = new TreeMap<>(symbols());
        if (!attends) {
            symbols.keySet().removeIf(symbol -> symbol.equals("t1") || symbol.equals("t2") || symbol.equals("t3"));
        }
        if (!transforms) {
            symbols.keySet().removeIf(symbol -> symbol.equals("t4") || symbol.equals("t5"));
            symbols.put("h", attended());
            symbols.replaceAll((symbol, hook) -> hook.equals("hook_resid_mid") ? "hook_resid_post" : hook);
        }
        return symbols;
    }
}
