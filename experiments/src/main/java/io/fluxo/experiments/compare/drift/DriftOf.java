package io.fluxo.experiments.compare.drift;

/** What is apart. */
public enum DriftOf {
    /** The residual stream after a layer. */
    STREAM,
    /** All parameters together. */
    PARAMETERS,
    /**
     * All parameters but the biases of keys. Softmax takes no notice of what all keys have in common, so that the gradient of such a bias is zero but for rounding. An
     * optimizer that divides by the gradient's own size makes whole steps of it, on each backend in other directions.
     */
    PARAMETERS_BUT_KEY_BIASES
}
