package io.fluxo.experiments.verify.measure;

import io.fluxo.experiments.verify.Candidate;
import io.fluxo.layer.attention.Absent;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.proof.SilencedAttention;
import io.fluxo.tensor.Tensor;
import java.util.function.Predicate;

/** Blocks with parts taken away: zeros in their place. */
public final class Silenced {

    private Silenced() {}

    /** {@code candidate} without attention in any block. */
    public static Candidate attention(Candidate candidate) {
        return parts(candidate, path -> true, path -> false);
    }

    /** {@code candidate} without attention, and without feed-forward network, in the blocks whose path is accepted. */
    public static Candidate parts(Candidate candidate, Predicate<String> attention, Predicate<String> mlp) {
        return candidate.with(parts -> parts
                .withAttention(attention.test(parts.path()) && !(parts.attention() instanceof Absent) ? new SilencedAttention(parts.attention().path()) : parts.attention())
                .withMlp(mlp.test(parts.path()) && !(parts.mlp() instanceof Absent) ? nothing(parts.mlp().path()) : parts.mlp()));
    }

    private static Layer nothing(String path) {
        return new Layer(path) {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return pass.expand(pass.zerosLike(x), x.shape());
            }
        };
    }
}
