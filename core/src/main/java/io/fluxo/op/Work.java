package io.fluxo.op;

import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;

/** How many floating-point operations the products of an operation take; a multiply-add counts as two. */
public final class Work {

    private Work() {}

    /** Operations of the forward pass; 0 where memory bounds the operation's time. */
    public static long of(Op op, Tensor... in) {
        return switch (op) {
            case PrimitiveOp.MatMul(boolean transposeLeft, boolean transposeRight) ->
                    2L * in[0].shape().elements() * in[1].shape().size(transposeRight ? -2 : -1);
            case FusedOp.Linear _ -> 2L * in[0].shape().elements() * in[1].shape().size(1);
            case FusedOp.Attention(Mask mask, var _, boolean _) -> {
                Shape q = in[0].shape();
                long n = q.size(1);
                long m = in[1].shape().size(1);
                long pairs = mask == Mask.CAUSAL ? n * (2 * m - n + 1) / 2 : n * m;
                yield 2L * q.size(0) * q.size(2) * pairs * (q.size(3) + in[2].shape().size(3));
            }
            case PrimitiveOp _, FusedOp _, UpdateOp _ -> 0;
        };
    }

    /** Operations of the backward pass, given the same inputs: two products for each; attention also recomputes its scores. */
    public static long ofBackward(FusedOp op, Tensor... in) {
        return switch (op) {
            case FusedOp.Attention _ -> of(op, in) * 5 / 2;
            default -> 2 * of(op, in);
        };
    }
}
