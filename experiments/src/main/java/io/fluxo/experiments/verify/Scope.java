package io.fluxo.experiments.verify;

import io.fluxo.block.Traits.Equations;

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

    boolean covers(Equations equations) {
        return switch (this) {
            case POST -> equations == Equations.POST;
            case PRE -> equations == Equations.PRE;
            case EVERY -> true;
            case NONE -> false;
        };
    }
}
