package io.fluxo.proof;

import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An immutable set of source tokens, numbered from 0 through all sequences of a batch. */
public final class TokenSet {

    static final TokenSet NONE = new TokenSet(new long[0]);

    // the last word is never 0, so that equal sets have equal words
    private final long[] words;

    private TokenSet(long[] words) {
        this.words = words;
    }

    static TokenSet of(int token) {
        long[] words = new long[token / 64 + 1];
        words[token / 64] = 1L << token;
        return new TokenSet(words);
    }

    /** Where one side holds the other, that side itself: the elements of a row come to share one set. */
    TokenSet union(TokenSet other) {
        if (other.isWithin(this)) {
            return this;
        }
        if (isWithin(other)) {
            return other;
        }
        long[] all = Arrays.copyOf(words, Math.max(words.length, other.words.length));
        for (int i = 0; i < other.words.length; i++) {
            all[i] |= other.words[i];
        }
        return new TokenSet(all);
    }

    /** Whether every token of this set is one of {@code other}. */
    public boolean isWithin(TokenSet other) {
        if (this == other) {
            return true;
        }
        if (words.length > other.words.length) {
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            if ((words[i] & ~other.words[i]) != 0) {
                return false;
            }
        }
        return true;
    }

    public boolean contains(int token) {
        return token / 64 < words.length && (words[token / 64] & 1L << token) != 0;
    }

    public boolean isEmpty() {
        return words.length == 0;
    }

    /** The tokens in ascending order. */
    public IntStream tokens() {
        return BitSet.valueOf(words).stream();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenSet set && Arrays.equals(words, set.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        return tokens().mapToObj(Integer::toString).collect(Collectors.joining(", ", "{", "}"));
    }
}
