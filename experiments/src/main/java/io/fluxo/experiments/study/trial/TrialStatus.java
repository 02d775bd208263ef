package io.fluxo.experiments.study.trial;

/** How a trial ended. */
public enum TrialStatus {
    /** It trained to its last step. */
    FINISHED,
    /** Its loss became infinite or NaN. */
    DIVERGED,
    /** It could not be run. */
    FAILED
}
