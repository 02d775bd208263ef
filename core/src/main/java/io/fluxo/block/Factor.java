package io.fluxo.block;

/**
 * What a term of a sum is multiplied by. A stream may consist of several that run side by side in one tensor, [batch pos stream d_model]: then the factor is a matrix for
 * each token, which says what each stream of the sum takes of each stream of the term.
 */
public sealed interface Factor {

    /** The term as it is. */
    Factor ONE = new Fixed(1);

    /** One number for all tokens: α under DeepNorm, 0 where there is no residual connection. Streams side by side each keep to themselves, and each take all of a contribution. */
    record Fixed(double value) implements Factor {}

    /**
     * What a run shows, for each token by itself.
     *
     * @param point within the block: [batch pos to from] for a stream, [batch pos to] for a contribution
     */
    record Shown(String point) implements Factor {}

    /** The contribution joins the last of the streams side by side: the sum has one more than the stream before it where the contribution begins a new one. */
    record Last() implements Factor {}

    /** Whether nothing is multiplied. */
    default boolean isOne() {
        return equals(ONE);
    }

    /** Whether the term is left out. */
    default boolean isZero() {
        return this instanceof Fixed(double value) && value == 0;
    }

    /** {@code term} with the factor before it. */
    default String times(String term) {
        return switch (this) {
            case Fixed(double value) -> value == 1 ? term : value + "·" + term;
            case Shown(String point) -> point + "·" + term;
            case Last() -> term + " in the last place";
        };
    }
}
