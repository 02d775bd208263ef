package io.fluxo.experiments.spec;

import io.fluxo.setting.Labelled;

/** What came out of a study's question. */
public enum StudyVerdict implements Labelled {
    HOLDS("holds"),
    DOES_NOT_HOLD("does not hold"),
    INCONCLUSIVE("inconclusive");

    private final String label;

    StudyVerdict(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
