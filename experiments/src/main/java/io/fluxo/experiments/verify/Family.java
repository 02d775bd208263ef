package io.fluxo.experiments.verify;

/** Which of the chapter's equations a block says it computes. */
public enum Family {
    POST,
    PRE,
    /** Neither: a block of another design. */
    OTHER
}
