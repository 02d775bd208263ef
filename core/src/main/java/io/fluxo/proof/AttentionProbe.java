package io.fluxo.proof;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.attention.MultiHeadAttention.Design;
import io.fluxo.layer.attention.MultiHeadAttention.Dims;
import io.fluxo.layer.Pass;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Optional;

/**
 * What an attention is observed to do, whatever its kind declares. A small one is run on dependence: three tokens of width 4, two heads.
 *
 * @param mixes   whether a row may depend on another token
 * @param masked  whether a row may depend on a later token where the mask permits it, and not where it forbids it
 * @param matches whether it asks how positions enter the scores
 */
public record AttentionProbe(boolean mixes, boolean masked, boolean matches) {

    private static final int TOKENS = 3;

    /** Runs a small attention of {@code kind}. */
    public static AttentionProbe of(AttentionKind kind) {
        Dependence open = run(kind, Mask.BIDIRECTIONAL, ScorePositions.NONE);
        Dependence causal = run(kind, Mask.CAUSAL, ScorePositions.NONE);
        WatchedPositions watch = new WatchedPositions();
        run(kind, Mask.CAUSAL, watch);
        return new AttentionProbe(!open.isTokenDiagonal() || !causal.isTokenDiagonal(), !open.isCausal() && causal.isCausal(), watch.asked);
    }

    private static Dependence run(AttentionKind kind, Mask mask, ScorePositions positions) {
        Dim two = Dim.of(2);
        Initializer ones = Initializer.ONES;
        Attention attention = kind.attention("attn", new Dims(Dim.of(4), two, two, two, two),
                new Design(mask, true, ones, ones, ones, positions, Optional.empty(), Optional.empty(), 0));
        DependenceBackend backend = new DependenceBackend();
        attention.cells().forEach(cell -> cell.set(backend.weight(cell.shape(), DType.F32)));
        Tensor output = attention.forward(Pass.evaluation(backend), backend.stream(Shape.of(1, TOKENS, 4)));
        return backend.dependenceOf(output);
    }

    /** Positions that note whether they were asked for. */
    private static final class WatchedPositions implements ScorePositions {
        private boolean asked;

        @Override
        public boolean turns() {
            asked = true;
            return false;
        }

        @Override
        public boolean addsBias() {
            asked = true;
            return false;
        }
    }
}
