package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.shape.Dim;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * Attention Residuals (arXiv 2603.15031): nothing is added up; each sub-layer reads a mixture h of all that came before, h = Σ α_i v_i, and gives a further source
 * v = f(N(h)). {@link DepthMix} says what α is. hook_resid_pre and hook_resid_mid are the mixtures; hook_resid_post is the sum of all sources, as which the block is read by
 * itself, and what a hook puts in its place changes the last source.
 */
public final class AttnResBlock extends CarryingBlock<Sources> {

    private static final StreamContract CONTRACT = new StreamContract(StreamContract.PRE.branches(), List.of(
            StreamSum.of("hook_sources_pre", List.of(Branch.Kind.ATTENTION), "hook_sources_mid").weighing(new Factor.Last()),
            StreamSum.of("hook_sources_mid", List.of(Branch.Kind.NETWORK), "hook_sources_post").weighing(new Factor.Last())));

    private final int size;
    private final Dim dModel;
    private final DepthMix depth1;
    private final DepthMix depth2;
    private final Layer ln1;
    private final Layer ln2;
    private final HookPoint sourcesPre = boundary("hook_sources_pre");
    private final HookPoint sourcesMid;
    private final HookPoint sourcesPost = boundary("hook_sources_post");

    /** @param size how many sub-layers one source adds up */
    public AttnResBlock(Placement.Parts parts, int size) {
        super(parts, Symbols.PRE, CONTRACT);
        this.size = size;
        dModel = parts.dModel();
        depth1 = attnOut == null ? null : part(new DepthMix(parts.path() + ".depth1", dModel));
        ln1 = present(parts.attentionNorm("ln1"));
        present(attention);
        depth2 = mlpOut == null ? null : part(new DepthMix(parts.path() + ".depth2", dModel));
        ln2 = present(parts.mlpNorm("ln2"));
        present(mlp);
        sourcesMid = attnOut == null || mlpOut == null ? null : boundary("hook_sources_mid");
    }

    /** The sources' width. */
    Dim dModel() {
        return dModel;
    }

    @Override
    protected Sources begin(Pass pass, Tensor x) {
        return Sources.of(pass, x, size);
    }

    @Override
    protected Sources entering(Pass pass, Sources s) {
        return shown(pass, sourcesPre, s);
    }

    private static Sources shown(Pass pass, HookPoint point, Sources s) {
        return s.replaced(pass, pass.at(point, s.stacked()));
    }

    @Override
    protected Sources leaving(Pass pass, Sources s) {
        HookPoint end = residPost == null ? residMid : residPost;
        Tensor sum = s.sum(pass);
        Tensor put = pass.at(end, sum);
        return shown(pass, sourcesPost, put == sum ? s : s.moved(pass, pass.sub(put, sum)));
    }

    /** The sum of all sources. */
    @Override
    protected Tensor read(Pass pass, Sources s) {
        return s.sum(pass);
    }

    @Override
    protected Sources attend(Pass pass, Sources s, Sources context) {
        Tensor h = pass.at(residPre, depth1.forward(pass, s.stacked()));                    // h = Σ α_i v_i
        Tensor t1 = ln1.forward(pass, h);                                                   // t1_i = N(h_i)
        Tensor t1s = context == s ? t1 : ln1.forward(pass, depth1.forward(pass, context.stacked()));
        Sources more = s.plus(pass, pass.at(attnOut, attention.forward(pass, t1, t1s)));    // v = MHA(t1_i, [t1_1 … t1_N])
        return sourcesMid == null ? more : shown(pass, sourcesMid, more);
    }

    @Override
    protected Sources transform(Pass pass, Sources s) {
        Tensor h = pass.at(attnOut == null ? residPre : residMid, depth2.forward(pass, s.stacked()));
        return s.plus(pass, pass.at(mlpOut, mlp.forward(pass, ln2.forward(pass, h))));      // v = FFN(N(h))
    }
}
