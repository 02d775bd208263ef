package io.fluxo.block;

import io.fluxo.layer.PartSays;
import java.util.Optional;

/**
 * What a placement declares about itself. Checks, claims and messages read these traits and never a placement's name, so that a third party's block
 * is treated like a built-in one with the same traits. A placement that declares nothing has {@link #ORDINARY} traits.
 *
 * @param equations       which of the chapter's equations its blocks claim to compute
 * @param bothSubLayers   whether its layers must have attention and a feed-forward network
 * @param normed          whether its blocks have norms at all
 * @param residual        which residual connections it can be given
 * @param streams         streams that run side by side through the stack, [batch pos d_model] each
 * @param ending          how its own stack ends, where that is not a norm of the last stream: {@code x_L + N(r_L)}
 * @param sum             how what attention adds to the stream differs from t2 = t1 + x, as a sentence; empty where it does not
 * @param showsResult     whether hook_attn_out shows what attention returns, before anything is done to it
 */
public record Traits(Equations equations, boolean bothSubLayers, boolean normed, ResidualUse residual, int streams, Optional<String> ending, Optional<String> sum,
                     boolean showsResult) {

    /** One stream, plain sums, any sub-layers, any residual connection, equations of its own. */
    public static final Traits ORDINARY = new Traits(Equations.OTHER, false, true, ResidualUse.ANY, 1, Optional.empty(), Optional.empty(), true);

    /** Which of the chapter's equations a block claims to compute. Claims about these equations are checked only on such blocks. */
    public enum Equations {
        /** 10.32 to 10.37: a norm after each sum. */
        POST,
        /** The twin, with a norm before each sub-layer. */
        PRE,
        /** Those of another design. */
        OTHER
    }

    /** Which residual connections a block can be given. */
    public enum ResidualUse {
        /** Whichever it is given. */
        ANY,
        /** One that is there: the block weighs it. */
        PRESENT,
        /** x + f alone: the block adds without asking. */
        PLAIN
    }

    /** The traits that {@code placement} declares; ordinary ones where it cannot answer, since building its blocks will report what is wrong. */
    public static Traits saidBy(Placement placement) {
        return PartSays.orElse(ORDINARY, placement::traits);
    }

    /** The traits of a block with the chapter's own equations. */
    public static Traits of(Equations equations) {
        return new Traits(equations, false, true, ResidualUse.ANY, 1, Optional.empty(), Optional.empty(), true);
    }

    /** The same, for layers that have both sub-layers. */
    public Traits needingBothSubLayers() {
        return new Traits(equations, true, normed, residual, streams, ending, sum, showsResult);
    }

    /** The same, without a norm in any block. */
    public Traits withoutNorms() {
        return new Traits(equations, bothSubLayers, false, residual, streams, ending, sum, showsResult);
    }

    /** The same, with other residual connections. */
    public Traits withResidual(ResidualUse other) {
        return new Traits(equations, bothSubLayers, normed, other, streams, ending, sum, showsResult);
    }

    /** The same, with several streams, whose stack ends in {@code formula}. */
    public Traits withStreams(int count, String formula) {
        return new Traits(equations, bothSubLayers, normed, residual, count, Optional.of(formula), sum, showsResult);
    }

    /** The same, of a stack that hands on more than its blocks' streams, and ends in {@code formula}. */
    public Traits endingIn(String formula) {
        return withStreams(streams, formula);
    }

    /** The same, where what attention returns does not join the stream as it is. */
    public Traits departingFromTheSum(String sentence) {
        return new Traits(equations, bothSubLayers, normed, residual, streams, ending, Optional.of(sentence), showsResult);
    }

    /** The same, where what attention returns joins the stream as it is. */
    public Traits addingPlainly() {
        return new Traits(equations, bothSubLayers, normed, residual, streams, ending, Optional.empty(), true);
    }

    /** The same, where what attention returns is normalised, and shown at hook_attn_out only after that. */
    public Traits normalisingTheBranch() {
        return new Traits(equations, bothSubLayers, normed, residual, streams, ending, Optional.of(NORMALISED_BRANCH), false);
    }

    /** The sentence of those that normalise what attention returns. */
    public static final String NORMALISED_BRANCH = "what attention returns is normalised before it joins the stream";
}
