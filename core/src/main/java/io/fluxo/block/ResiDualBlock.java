package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * ResiDual (Xie et al. 2023): two streams side by side, one normalised as in post-norm, one that only adds up. For each sub-layer u = f(x),
 * r ← r + u, x ← N(x + u). The hook points of x are those of post-norm; r is shown at hook_dual_pre and hook_dual_post.
 */
public final class ResiDualBlock extends CarryingBlock<ResiDualBlock.Streams> {

    /** The normalised stream and the sum of what was added to it, [batch pos d_model] each. */
    public record Streams(Tensor x, Tensor r) {}

    private static final StreamContract CONTRACT = StreamContract.POST
            .with(StreamSum.of("hook_dual_pre", List.of(Branch.Kind.ATTENTION, Branch.Kind.NETWORK), "hook_dual_post").ofStream(1));

    private final Layer ln1;
    private final Layer ln2;
    private final HookPoint dualPre = boundary("hook_dual_pre");
    private final HookPoint dualPost = boundary("hook_dual_post");
    private final HookPoint normalizedResidPost = boundary("hook_normalized_resid_post");

    public ResiDualBlock(Placement.Parts parts) {
        super(parts, Symbols.POST, CONTRACT);
        present(attention);
        ln1 = present(parts.attentionNorm("ln1"));
        present(mlp);
        ln2 = present(parts.mlpNorm("ln2"));
    }

    /** Both streams begin as x_0. */
    static Streams both(Tensor x) {
        return new Streams(x, x);
    }

    @Override
    protected Streams begin(Pass pass, Tensor x) {
        return both(x);
    }

    @Override
    protected Streams entering(Pass pass, Streams s) {
        return new Streams(pass.at(residPre, s.x), pass.at(dualPre, s.r));
    }

    @Override
    protected Streams leaving(Pass pass, Streams s) {
        return new Streams(s.x, pass.at(dualPost, s.r));
    }

    /** What becomes of x. */
    @Override
    protected Tensor read(Pass pass, Streams s) {
        return s.x;
    }

    @Override
    protected Streams attend(Pass pass, Streams s, Streams context) {
        Tensor t1 = pass.at(attnOut, attention.forward(pass, s.x, context.x));              // t1 = MHA(x_i, [x_1 … x_N])
        Tensor t2 = pass.at(residMid, attnResidual.join(pass, s.x, t1));                    // t2 = t1 + x
        return new Streams(ln1.forward(pass, t2), attnResidual.join(pass, s.r, t1));        // t3 = N(t2)  r ← r + t1
    }

    @Override
    protected Streams transform(Pass pass, Streams s) {
        Tensor t4 = pass.at(mlpOut, mlp.forward(pass, s.x));                                // t4 = FFN(t3)
        Tensor t5 = pass.at(residPost, mlpResidual.join(pass, s.x, t4));                    // t5 = t4 + t3
        Tensor h = pass.at(normalizedResidPost, ln2.forward(pass, t5));                     // h = N(t5)
        return new Streams(h, mlpResidual.join(pass, s.r, t4));                             // r ← r + t4
    }
}
