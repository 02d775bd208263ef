package io.fluxo.experiments.verify;

/** Which blocks a claim is about. */
public enum Scope {
    /** The chapter's post-norm block. */
    POST,
    /** Its pre-norm twin. */
    PRE,
    /** Every block, one row each. */
    EVERY,
    /** No block: arithmetic on the page, or nothing that runs here. */
    NONE;

    boolean covers(Family family) {
        return switch (this) {
            case POST -> family == Family.POST;
            case PRE -> family == Family.PRE;
            case EVERY -> true;
            case NONE -> false;
        };
    }
}
