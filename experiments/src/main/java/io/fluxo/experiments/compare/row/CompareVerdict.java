package io.fluxo.experiments.compare.row;

/** What is said of one comparison. */
public enum CompareVerdict {
    /** The difference is what rounding may make. */
    NOISE,
    /** It is more than that. */
    BUG,
    /** The backend declares that it does not have the operation or the type. */
    UNSUPPORTED,
    /** A known difference. */
    WAIVED
}
