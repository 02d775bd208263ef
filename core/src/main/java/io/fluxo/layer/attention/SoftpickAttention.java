package io.fluxo.layer.attention;

import io.fluxo.layer.Pass;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.Tensor;

/**
 * Softpick (Zuhri, Fuadi and Aji 2025): a key's weight is relu(eˢ − 1)/Σ|eˢ − 1| over the keys that the mask permits. Where a score is not positive the weight is 0, and a
 * row's weights sum to 1 at most.
 */
public final class SoftpickAttention extends MultiHeadAttention {

    /** What a row divides by where all its scores are exactly 0: its weights are then 0. */
    private static final double LEAST = 1e-30;

    public SoftpickAttention(String path, Dims dims, Design design) {
        super(path, dims, design);
    }

    @Override
    protected Tensor mix(Pass pass, Tensor qs, Tensor ks, Tensor vs, Tensor bias) {
        Tensor pattern = shownPattern(pass, softpick(pass, scores(pass, qs, ks, bias)));
        return weighted(pass, pattern, Heads.share(pass, vs, dims().nHeads()));
    }

    /** Both exponentials are divided by e^m with m the row's largest score, or 0: then none overflows. A score of −∞ is a key that the mask forbids. */
    private static Tensor softpick(Pass pass, Tensor scores) {
        Tensor largest = pass.max(scores, 3);
        Tensor m = pass.maximum(largest, pass.zerosLike(largest));                                                      // [batch head n 1]
        Tensor forbidden = pass.equal(scores, pass.constant(Scalar.NEGATIVE_INFINITY, scores.dtype()));
        Tensor differences = pass.sub(pass.exp(pass.sub(scores, m)), pass.exp(pass.neg(m)));                           // (eˢ − 1)/e^m
        Tensor permitted = pass.where(forbidden, pass.zerosLike(differences), differences);
        Tensor sum = pass.sum(pass.maximum(permitted, pass.neg(permitted)), 3);
        return pass.div(pass.relu(permitted), pass.maximum(sum, pass.constantLike(sum, Scalar.of(LEAST))));
    }
}
