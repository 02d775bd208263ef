package io.fluxo.experiments.study.trial;

/**
 * How an executor's work on a trial ended.
 *
 * @param parameters trained numbers of the model
 */
public record TrialOutcome(Ending ending, long parameters) {

    public enum Ending {
        /** All steps done, the model written. */
        FINISHED,
        /** A loss was not finite. */
        DIVERGED,
        /** Stopped because the listener said so. */
        CANCELLED
    }
}
