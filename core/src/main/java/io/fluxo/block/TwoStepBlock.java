package io.fluxo.block;

import io.fluxo.layer.attention.Absent;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;

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
    private final Symbols symbols;
    private final Optional<StreamContract> contract;

    /** What attention returns, where hook_attn_out shows something else; else null. */
    protected final HookPoint attnResult;
    /** What the network returns, where hook_mlp_out shows something else; else null. */
    protected final HookPoint mlpResult;
    /** The residual connection around attention, which shows what attention adds to the stream. */
    protected final Residual attnResidual;
    /** The residual connection around the network, which shows what the network adds to the stream. */
    protected final Residual mlpResidual;

    /**
     * A block that declares nothing about its stream.
     *
     * @param ofBoth where the chapter's symbols are found in a block that has both sub-layers
     */
    protected TwoStepBlock(Placement.Parts parts, Symbols ofBoth) {
        this(parts, ofBoth, Optional.empty());
    }

    /**
     * @param ofBoth   where the chapter's symbols are found in a block that has both sub-layers
     * @param contract of a block that has both sub-layers, and plain residual connections; the block uses {@link #attnResidual} and {@link #mlpResidual}
     */
    protected TwoStepBlock(Placement.Parts parts, Symbols ofBoth, StreamContract contract) {
        this(parts, ofBoth, Optional.of(contract));
    }

    private TwoStepBlock(Placement.Parts parts, Symbols ofBoth, Optional<StreamContract> ofAll) {
        super(parts.path());
        attention = parts.attention();
        mlp = parts.mlp();
        residual = parts.residual();
        attends = !(attention instanceof Absent);
        transforms = !(mlp instanceof Absent);
        Symbols attending = attends ? ofBoth : ofBoth.withoutAttention();
        symbols = transforms ? attending : attending.withoutFeedForward();
        attnOut = attends ? boundary("hook_attn_out") : null;
        residMid = attends ? boundary(transforms ? "hook_resid_mid" : "hook_resid_post") : null;
        mlpOut = transforms ? boundary("hook_mlp_out") : null;
        residPost = transforms ? boundary("hook_resid_post") : null;
        contract = ofAll.map(all -> attends ? all : all.withoutAttention()).map(all -> transforms ? all : all.withoutNetwork()).map(all -> all.under(residual));
        attnResult = result(Branch.Kind.ATTENTION);
        mlpResult = result(Branch.Kind.NETWORK);
        attnResidual = shown(Branch.Kind.ATTENTION);
        mlpResidual = shown(Branch.Kind.NETWORK);
    }

    private Optional<Branch> branch(Branch.Kind kind) {
        return contract.filter(said -> said.has(kind)).map(said -> said.branch(kind));
    }

    private HookPoint result(Branch.Kind kind) {
        return branch(kind).filter(Branch::showsResult).map(branch -> boundary(branch.result())).orElse(null);
    }

    private Residual shown(Branch.Kind kind) {
        return branch(kind).filter(Branch::showsContribution).map(branch -> residual.showing(boundary(branch.contribution()))).orElse(residual);
    }

    @Override
    public final Optional<StreamContract> contract() {
        return contract;
    }

    /** Makes {@code layer} a part, unless it is absent. */
    protected final <L extends Layer> L present(L layer) {
        return layer instanceof Absent ? layer : part(layer);
    }

    /** The attention step; {@code context} may be attended to: it is {@code state} itself, or what the same is of all tokens that can be seen. */
    protected abstract S attend(Pass pass, S state, S context);

    /** The feed-forward step. */
    protected abstract S transform(Pass pass, S state);

    /** Both steps, as far as there are sub-layers for them. */
    protected final S steps(Pass pass, S state, S context) {
        S attended = attends ? attend(pass, state, context) : state;
        return transforms ? transform(pass, attended) : attended;
    }

    @Override
    public final Map<String, String> chapter() {
        return symbols.hooks();
    }
}
