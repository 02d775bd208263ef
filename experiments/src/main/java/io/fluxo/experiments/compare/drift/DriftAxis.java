package io.fluxo.experiments.compare.drift;

/** Along what two backends part. */
public enum DriftAxis {
    /** The layers of one forward pass. */
    DEPTH,
    /** The steps of a training. */
    STEPS
}
