package io.fluxo.property;

/** What the tokens that enter a block look like, the most ordinary first. */
public enum InputKind {
    /** Independent standard normal features. */
    NORMAL,
    /** The same token at every position. */
    REPEATED,
    /** Standard normal features about a mean of 100, where a variance computed as E[x²] − mean² cancels. */
    OFFSET,
    /** Tokens whose features are all equal: their variance is 0. */
    CONSTANT,
    /** Zeros. */
    ZERO
}
