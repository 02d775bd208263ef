package io.fluxo.experiments.verify.mutant;

import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.Pass;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;

/** Attention with one step wrong. */
final class AttentionMutants {

    private AttentionMutants() {}

    /** A causal mask that lets each token see one position too many: j ≤ i + 1. */
    static Attention leakyMask(MultiHeadAttention original) {
        return new RecomposedAttention(original) {
            @Override
            Tensor permitted(Pass pass, Tensor query, Tensor key) {
                return pass.not(pass.less(pass.add(query, pass.constant(Scalar.ONE, DType.I32)), key));
            }
        };
    }

    /** No token sees itself. */
    static Attention selfMasked(MultiHeadAttention original) {
        return new RecomposedAttention(original) {
            @Override
            Tensor permitted(Pass pass, Tensor query, Tensor key) {
                return pass.and(super.permitted(pass, query, key), pass.not(pass.equal(query, key)));
            }
        };
    }

    /** Every permitted token weighs the same, whatever queries and keys are. */
    static Attention uniform(MultiHeadAttention original) {
        return new RecomposedAttention(original) {
            @Override
            Tensor scores(Pass pass, Tensor q, Tensor k) {
                return new FusedOp.Attention(Mask.BIDIRECTIONAL, Scalar.ZERO, false).scores(pass, q, k);
            }
        };
    }

    /** W_K serves as W_V too: what is compared is what is carried. */
    static Attention sharedKeyValue(MultiHeadAttention original) {
        return new RecomposedAttention(original) {
            @Override
            Tensor values(Pass pass, Tensor k, Tensor context) {
                return k;
            }
        };
    }

    /** The heads side by side, without W_O: fits the stream only where n_heads·d_v = d_model. */
    static Attention noOutputProjection(MultiHeadAttention original) {
        return new RecomposedAttention(original) {
            @Override
            Tensor output(Pass pass, Tensor heads, MultiHeadAttention.Projections projections) {
                return heads;
            }
        };
    }
}
