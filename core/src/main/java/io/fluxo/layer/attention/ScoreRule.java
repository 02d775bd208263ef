package io.fluxo.layer.attention;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;

/**
 * What becomes of a query's product with a key before the softmax.
 *
 * @param divisor what it is divided by; 0 stands for √d_head
 * @param cap     bound c of c·tanh(score/c) (Gemma 2); 0 for none
 */
public record ScoreRule(double divisor, double cap) {

    /** Divided by √d_head, and nothing else. */
    public static final ScoreRule CHAPTER = new ScoreRule(0, 0);

    Scalar factor(Dim dHead) {
        return divisor == 0 ? Scalar.reciprocalSqrt(dHead) : Scalar.of(1 / divisor);
    }
}
