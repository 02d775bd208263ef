package io.fluxo.experiments.compare.speed;

/** What came of timing a case on a backend. */
public sealed interface SpeedOutcome {

    /** It was timed. */
    record Measured(SpeedFigures figures) implements SpeedOutcome {}

    /** It would have taken too long. */
    record LeftOut(String reason) implements SpeedOutcome {}

    /** The backend declares that it does not have it. */
    record Unsupported(String reason) implements SpeedOutcome {}

    /** The backend threw. */
    record Failed(String reason) implements SpeedOutcome {}
}
