package io.fluxo.experiments.verify.mutant;

import io.fluxo.block.Placement.Parts;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.block.PreNormBlock;
import io.fluxo.experiments.verify.Candidate;
import io.fluxo.experiments.verify.Mutant;
import io.fluxo.layer.Attention;
import io.fluxo.layer.Layer;
import io.fluxo.layer.MultiHeadAttention;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The negative controls: each mutant with the claims it makes false. */
public final class Mutants {

    private static final String PREFIX = "mutant-";
    private static final Placement POST = Placement.of(PostNormBlock::new, false, PostNormBlock.TRAITS);
    private static final Placement PRE = Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS);

    private static final List<Mutant> ALL = List.of(
            post("token-mixing-ffn", "the feed-forward network also reads the token before", mlp(FeedForwardMutants::tokenMixing),
                    "eq-10.35", "theorem-1", "theorem-2"),
            post("batch-norm-over-tokens", "the norms take mean and variance over batch and tokens, as batch normalisation does in training",
                    norm(NormMutants::batchNorm),
                    "eq-10.34", "eq-10.37", "theorem-1", "theorem-2", "propagation", "h-well-behaved", "worked-example-realised"),
            pre("neighbour-norm", "the norms subtract the mean of the token before", norm(NormMutants::readsNeighbour),
                    "pre-norm", "theorem-1", "theorem-2"),
            post("leaky-mask", "the causal mask lets each token see the next one", attention(AttentionMutants::leakyMask),
                    "eq-10.32", "theorem-1"),
            post("no-output-projection", "attention ends in its heads side by side, without W_O", attention(AttentionMutants::noOutputProjection),
                    "eq-10.32", "theorem-2", "theorem-2.1", "theorem-2.2", "worked-example-realised"),
            new Mutant(PREFIX + "dropped-residual", "the residual connections drop what they should carry on",
                    Placement.of(DroppedResidualBlock::new, false, PostNormBlock.TRAITS), UnaryOperator.identity(),
                    Set.of("eq-10.33", "eq-10.36", "diagram-1", "diagram-3", "theorem-2", "propagation", "residual-preserves",
                            "worked-example-realised"), Set.of()),
            // where a token does not attend to itself, attention cannot cancel it: the sum is injective after all
            new Mutant(PREFIX + "self-masked-attention", "no token attends to itself", PRE, attention(AttentionMutants::selfMasked),
                    Set.of("pre-norm", "theorem-1", "context-includes-i", "theorem-2.2"), Set.of("residual-preserves-injectivity")),
            post("uniform-attention", "all tokens weigh the same", attention(AttentionMutants::uniform),
                    "eq-10.32", "theorem-2", "theorem-2.2", "observation-1"),
            pre("shared-key-value", "W_K serves as W_V too", attention(AttentionMutants::sharedKeyValue),
                    "pre-norm", "theorem-2", "theorem-2.1", "theorem-2.2", "observation-1"),
            new Mutant(PREFIX + "post-computing-pre", "is called post-norm and computes the pre-norm equations",
                    Placement.of(PreNormBlock::new, false, PostNormBlock.TRAITS),
                    UnaryOperator.identity(), Set.of("eq-10.32", "eq-10.33", "eq-10.34", "eq-10.35", "eq-10.36", "eq-10.37", "diagram-1", "diagram-2",
                            "diagram-3",
                    "ffn-nonlinear", "h-well-behaved", "theorem-2.2", "worked-example-realised"), Set.of()),
            post("naive-variance", "the norms' variance is E[x²] − mean², which cancels at a large mean", norm(NormMutants::naiveVariance),
                    "eq-10.34", "eq-10.37", "h-well-behaved"),
            post("linear-ffn", "the feed-forward network has no nonlinearity", mlp(FeedForwardMutants::linear),
                    "eq-10.35", "ffn-nonlinear"));

    private Mutants() {}

    public static List<Mutant> all() {
        return ALL;
    }

    public static Optional<Mutant> find(String name) {
        return ALL.stream().filter(mutant -> mutant.name().equals(name)).findFirst();
    }

    /** {@code candidate} with the identity for its feed-forward network's nonlinearity: no mutant, but the other half of a comparison. */
    public static Candidate withoutNonlinearity(Candidate candidate) {
        return candidate.with(mlp(FeedForwardMutants::linear));
    }

    private static Mutant post(String name, String fault, UnaryOperator<Parts> parts, String... breaks) {
        return new Mutant(PREFIX + name, fault, POST, parts, Set.of(breaks), Set.of());
    }

    private static Mutant pre(String name, String fault, UnaryOperator<Parts> parts, String... breaks) {
        return new Mutant(PREFIX + name, fault, PRE, parts, Set.of(breaks), Set.of());
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
