package io.fluxo.experiments.history;

/** How far a run is. */
public enum RunState {
    /** Its results are there. */
    FINISHED,
    /** A process is at work in its folder. */
    RUNNING,
    /** Neither: {@code --resume} goes on with it. */
    INTERRUPTED
}
