package io.fluxo.proof;

/**
 * What is known of one element of a tensor, whatever the weights and the tokens are: its number, or the tokens that may change it. A known
 * number is exact, so that an absence is never a rounding: −∞ before a softmax and 0 after it are known, e^(−1e9) is not.
 */
sealed interface Element {

    Element ZERO = new Known(0);
    Element ONE = new Known(1);

    /** A number that depends on no token: a weight, or a result that was rounded. */
    Element WEIGHT = new Unknown(TokenSet.NONE);

    /** An exact real number, or ±∞ or NaN for certain. */
    record Known(double number) implements Element {}

    /**
     * Any number, −∞ included.
     *
     * @param sources every token that may change it
     */
    record Unknown(TokenSet sources) implements Element {}

    static Element of(boolean truth) {
        return truth ? ONE : ZERO;
    }

    /** A number that {@code sources} may change. */
    static Element of(TokenSet sources) {
        return new Unknown(sources);
    }

    /** The tokens that may change it; a known number has none. */
    default TokenSet sources() {
        return switch (this) {
            case Known _ -> TokenSet.NONE;
            case Unknown(TokenSet sources) -> sources;
        };
    }

    /** Whether it is exactly {@code value}. */
    default boolean is(double value) {
        return this instanceof Known(double number) && number == value;
    }

    /** What is known of an element that is this one or {@code other}: the join of the two. */
    default Element joinedWith(Element other) {
        if (this instanceof Known(double a) && other instanceof Known(double b) && (a == b || Double.isNaN(a) && Double.isNaN(b))) {
            return this;
        }
        TokenSet sources = sources().union(other.sources());
        // where one of the two is the join already, it is returned and not copied
        if (this instanceof Unknown(TokenSet mine) && mine == sources) {
            return this;
        }
        return other instanceof Unknown(TokenSet theirs) && theirs == sources ? other : new Unknown(sources);
    }

    /** This element where the tokens that change {@code other} may change it too. */
    default Element alsoChangedBy(Element other) {
        return other.sources().isWithin(sources()) && this instanceof Unknown ? this : new Unknown(sources().union(other.sources()));
    }
}
