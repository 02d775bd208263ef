package io.fluxo.block;

import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * SiameseNorm (arXiv 2602.08064): two streams that share their sub-layers, x bounded as in post-norm and y growing as in pre-norm. In the l-th block, for each sub-layer,
 * x ← N(x), u = f(N(x + N(y))), x ← x + u/√(2l), y ← y + u. y is shown at hook_resid_…, x at hook_bounded_….
 */
public final class SiameseBlock extends CarryingBlock<SiameseBlock.Streams> {

    /** The bounded stream and the one that only adds up, [batch pos d_model] each. */
    public record Streams(Tensor x, Tensor y) {}

    private static final Symbols SYMBOLS = Symbols.of("x hook_resid_pre", "t1 fuse1.hook_out", "t2 hook_attn_out", "t3 hook_resid_mid", "t4 fuse2.hook_out",
            "t5 hook_mlp_out", "h hook_resid_post");

    private final Fusion fusion1;
    private final Fusion fusion2;
    private final double shrink;
    private final HookPoint boundedPre = boundary("hook_bounded_pre");
    private final HookPoint boundedMid;
    private final HookPoint boundedPost = boundary("hook_bounded_post");

    public SiameseBlock(Placement.Parts parts) {
        super(parts, SYMBOLS, contract(shrink(parts)));
        fusion1 = new Fusion(present(parts.attentionNorm("ln1")), present(parts.attentionNorm("ln1_y")), present(parts.attentionNorm("fuse1")));
        present(attention);
        fusion2 = new Fusion(present(parts.mlpNorm("ln2")), present(parts.mlpNorm("ln2_y")), present(parts.mlpNorm("fuse2")));
        present(mlp);
        shrink = shrink(parts);
        boundedMid = attnOut == null || mlpOut == null ? null : boundary("hook_bounded_mid");
    }

    /** 1/√(2l). */
    private static double shrink(Placement.Parts parts) {
        return 1 / Math.sqrt(2.0 * parts.depth().layer());
    }

    /** The first stream is y. */
    private static StreamContract contract(double shrink) {
        Factor shrunk = new Factor.Fixed(shrink);
        return StreamContract.PRE
                .with(StreamSum.of("hook_bounded_pre", List.of(Branch.Kind.ATTENTION), "hook_bounded_mid").ofStream(1).normalisedFirstAt("ln1.hook_out").weighing(shrunk))
                .with(StreamSum.of("hook_bounded_mid", List.of(Branch.Kind.NETWORK), "hook_bounded_post").ofStream(1).normalisedFirstAt("ln2.hook_out").weighing(shrunk));
    }

    /** The three norms before a sub-layer. */
    private record Fusion(Layer ofX, Layer ofY, Layer ofBoth) {
        /** N(x + N(y)), x already normalised. */
        Tensor read(Pass pass, Streams s) {
            return ofBoth.forward(pass, pass.add(s.x, ofY.forward(pass, s.y)));
        }

        /** x ← N(x). */
        Streams bounded(Pass pass, Streams s) {
            return new Streams(ofX.forward(pass, s.x), s.y);
        }
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
        return new Streams(pass.at(boundedPre, s.x), pass.at(residPre, s.y));
    }

    @Override
    protected Streams leaving(Pass pass, Streams s) {
        return new Streams(pass.at(boundedPost, s.x), s.y);
    }

    /** What becomes of y. */
    @Override
    protected Tensor read(Pass pass, Streams s) {
        return s.y;
    }

    @Override
    protected Streams attend(Pass pass, Streams streams, Streams context) {
        Streams s = fusion1.bounded(pass, streams);                                         // x ← N(x)
        Tensor t1 = fusion1.read(pass, s);                                                  // t1_i = N(x_i + N(y_i))
        Tensor t1s = context == streams ? t1 : fusion1.read(pass, fusion1.bounded(pass, context));
        Tensor t2 = pass.at(attnOut, attention.forward(pass, t1, t1s));                     // t2 = MHA(t1_i, [t1_1 … t1_N])
        Tensor x = pass.add(s.x, pass.scale(t2, shrink));                                   // x ← x + t2/√(2l)
        Tensor y = pass.at(residMid, pass.add(t2, s.y));                                    // y ← y + t2
        return new Streams(boundedMid == null ? x : pass.at(boundedMid, x), y);
    }

    @Override
    protected Streams transform(Pass pass, Streams streams) {
        Streams s = fusion2.bounded(pass, streams);                                         // x ← N(x)
        Tensor t5 = pass.at(mlpOut, mlp.forward(pass, fusion2.read(pass, s)));              // t5 = FFN(N(x + N(y)))
        return new Streams(pass.add(s.x, pass.scale(t5, shrink)), pass.at(residPost, pass.add(t5, s.y)));
    }
}
