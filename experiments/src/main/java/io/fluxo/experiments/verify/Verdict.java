package io.fluxo.experiments.verify;

import io.fluxo.setting.Labelled;

/** The outcome of a claim. */
public enum Verdict implements Labelled {
    /** For all inputs and weights, at the generality the derivation states. */
    PROVED("proved"),
    /** Measured on every case that was tried. */
    HOLDS("holds"),
    /** A counterexample is exhibited. */
    REFUTED("refuted"),
    /** No computation decides it. */
    NOT_TESTABLE("not testable"),
    /** It is decided elsewhere, or does not apply; the finding says which. */
    SKIPPED("skipped");

    private final String label;

    Verdict(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
