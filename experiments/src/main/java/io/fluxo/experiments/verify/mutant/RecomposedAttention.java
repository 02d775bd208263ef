package io.fluxo.experiments.verify.mutant;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.MultiHeadAttention.Projections;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.stream.HookPoint;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/** Multi-head attention put together step by step from the original's own projections, so that a mutant can get one step wrong. */
abstract class RecomposedAttention extends Attention {

    final MultiHeadAttention.Dims dims;
    final FusedOp.Attention operation;
    private final Projections projections;
    private final HookPoint hookQ = boundary("hook_q");
    private final HookPoint hookK = boundary("hook_k");
    private final HookPoint hookV = boundary("hook_v");
    private final HookPoint hookScores = interior("hook_attn_scores");
    private final HookPoint hookPattern = interior("hook_pattern");
    private final HookPoint hookZ = boundary("hook_z");

    RecomposedAttention(MultiHeadAttention original) {
        super(original.path());
        dims = original.dims();
        operation = original.operation();
        projections = original.projections();
        part(projections.q());
        part(projections.k());
        part(projections.v());
        part(projections.o());
    }

    @Override
    protected final Tensor attend(Pass pass, Tensor x, Tensor context) {
        Tensor q = pass.at(hookQ, pass.splitAxis(projections.q().forward(pass, x), 2, dims.nHeads(), dims.dHead()));
        Tensor k = pass.at(hookK, pass.splitAxis(projections.k().forward(pass, context), 2, dims.nHeads(), dims.dHead()));
        Tensor v = pass.at(hookV, values(pass, k, context));
        Tensor scores = pass.at(hookScores, masked(pass, scores(pass, q, k)));
        Tensor pattern = pass.at(hookPattern, pass.softmax(scores));
        Tensor z = pass.at(hookZ, operation.weighted(pass, pattern, v));
        return output(pass, pass.mergeAxes(z, 2), projections);
    }

    /** V [batch m head d_v]. */
    Tensor values(Pass pass, Tensor k, Tensor context) {
        return pass.splitAxis(projections.v().forward(pass, context), 2, dims.nHeads(), dims.dV());
    }

    /** The scores [batch head n m], not yet masked. */
    Tensor scores(Pass pass, Tensor q, Tensor k) {
        return new FusedOp.Attention(Mask.BIDIRECTIONAL, operation.scale(), false).scores(pass, q, k);
    }

    private Tensor masked(Pass pass, Tensor scores) {
        Shape shape = Shape.of(scores.dim(2), scores.dim(3));
        Tensor key = pass.iota(1, shape, DType.I32);
        Dim ahead = scores.dim(3).minus(scores.dim(2));                                 // queries stand at the last n of m positions
        Tensor query = pass.add(pass.iota(0, shape, DType.I32), pass.constant(Scalar.of(ahead), DType.I32));
        return pass.where(permitted(pass, query, key), scores, pass.constant(Scalar.NEGATIVE_INFINITY, scores.dtype()));
    }

    /** Which key positions a query position may see, both [n m]. */
    Tensor permitted(Pass pass, Tensor query, Tensor key) {
        return switch (operation.mask()) {
            case CAUSAL -> pass.not(pass.less(query, key));
            case BIDIRECTIONAL -> pass.equal(key, key);
        };
    }

    /** From the heads side by side [batch n n_heads·d_v] to the stream. */
    Tensor output(Pass pass, Tensor heads, Projections projections) {
        return projections.o().forward(pass, heads);
    }
}
