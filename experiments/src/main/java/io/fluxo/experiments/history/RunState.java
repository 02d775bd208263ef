package io.fluxo.experiments.history;

/** How far a run is. */
public enum RunState {
    /** Its results are there. */
    FINISHED,
    /** A process is at work in its folder. */
    RUNNING,
    /** Any number of processes may {@code work} on it; whether one does, only watching its beats could tell. */
    SHARED,
    /** None of these: {@code --resume} goes on with it. */
    INTERRUPTED
}
