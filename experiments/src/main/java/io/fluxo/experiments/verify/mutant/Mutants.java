package io.fluxo.experiments.verify.mutant;

import io.fluxo.block.Placement;
import io.fluxo.block.Placement.Parts;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.layer.attention.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.attention.MultiHeadAttention;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The negative controls. Claims say which of them they must refute. */
public final class Mutants {

    private static final Placement POST = Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS);
    private static final Placement PRE = Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS);

    private Mutants() {}

    public static List<Mutant> all() {
        return List.of(
                new Mutant("mutant-token-mixing-ffn", "the feed-forward network also reads the token before", POST, mlp(FeedForwardMutants::tokenMixing)),
                new Mutant("mutant-sequence-mixing-ffn", "the feed-forward network also reads the sequence before in the batch", PRE,
                        mlp(FeedForwardMutants::sequenceMixing)),
                new Mutant("mutant-batch-norm-over-tokens", "the norms take mean and variance over batch and tokens, as batch normalisation does in training",
                        POST, norm(NormMutants::batchNorm)),
                new Mutant("mutant-neighbour-norm", "the norms subtract the mean of the token before", PRE, norm(NormMutants::readsNeighbour)),
                new Mutant("mutant-leaky-mask", "the causal mask lets each token see the next one", POST, attention(AttentionMutants::leakyMask)),
                new Mutant("mutant-no-output-projection", "attention ends in its heads side by side, without W_O", POST,
                        attention(AttentionMutants::noOutputProjection)),
                new Mutant("mutant-dropped-residual", "the residual connections drop what they should carry on",
                        Placement.of(DroppedResidualBlock::new, false, PostNormBlock.TRAITS), UnaryOperator.identity()),
                new Mutant("mutant-self-masked-attention", "no token attends to itself", PRE, attention(AttentionMutants::selfMasked)),
                new Mutant("mutant-uniform-attention", "all tokens weigh the same", POST, attention(AttentionMutants::uniform)),
                new Mutant("mutant-shared-key-value", "W_K serves as W_V too", PRE, attention(AttentionMutants::sharedKeyValue)),
                new Mutant("mutant-post-computing-pre", "is called post-norm and computes the pre-norm equations",
                        Placement.of(PreNormBlock::new, false, PostNormBlock.TRAITS), UnaryOperator.identity()),
                new Mutant("mutant-naive-variance", "the norms' variance is E[x²] − mean², which cancels at a large mean", POST,
                        norm(NormMutants::naiveVariance)),
                new Mutant("mutant-linear-ffn", "the feed-forward network has no nonlinearity", POST, mlp(FeedForwardMutants::linear)));
    }

    /** {@code candidate} with the identity for its feed-forward network's nonlinearity: no mutant, but the other half of a comparison. */
    public static Candidate withoutNonlinearity(Candidate candidate) {
        return candidate.with(mlp(FeedForwardMutants::linear));
    }

    private static UnaryOperator<Parts> mlp(UnaryOperator<Layer> fault) {
        return parts -> parts.withMlp(fault.apply(parts.mlp()));
    }

    private static UnaryOperator<Parts> norm(UnaryOperator<Layer> fault) {
        return parts -> parts.withNorms(fault);
    }

    private static UnaryOperator<Parts> attention(Function<MultiHeadAttention, Attention> fault) {
        return parts -> parts.withAttention(switch (parts.attention()) {
            case MultiHeadAttention original -> fault.apply(original);
            case Attention other -> throw new IllegalArgumentException("the faults of attention are known of "
                    + MultiHeadAttention.class.getSimpleName() + ", not of " + other.getClass().getSimpleName());
        });
    }
}
