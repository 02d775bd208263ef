package io.fluxo.experiments.compare.speed;

/**
 * How much time is taken.
 *
 * @param warmUp    seconds for which a case runs on a backend in each round, and before it is timed
 * @param measured  seconds in which a case is timed on a backend
 * @param run       seconds of a timed run: what takes less is called several times in a row
 * @param longest   a case that takes more seconds on a backend is left out there
 * @param leastRuns of which the interval of a median needs six
 * @param mostRuns  more do not make it much narrower
 */
record Effort(double warmUp, double measured, double run, double longest, int leastRuns, int mostRuns) {

    static final Effort DEFAULT = new Effort(0.025, 0.07, 0.002, 0.08, 6, 41);

    /** How many runs of {@code seconds} each fit. */
    int runs(double seconds) {
        return (int) Math.clamp(measured / seconds, leastRuns, mostRuns);
    }

    /** How many calls of {@code seconds} each make a run. */
    int calls(double seconds) {
        return (int) Math.clamp(Math.ceil(run / seconds), 1, 1_000_000);
    }
}
