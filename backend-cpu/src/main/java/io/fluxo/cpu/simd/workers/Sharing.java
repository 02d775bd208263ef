package io.fluxo.cpu.simd.workers;

import java.util.Arrays;

/**
 * Finds out whether a step is faster shared out or on the caller's thread alone. Which it is depends on the step's size and on how far apart
 * the machine has put the workers, which on a virtual machine changes; results are the same bits either way. Now and then a few steps are
 * taken the other way, and the faster way is kept.
 */
public final class Sharing {

    /** Steps that are timed each way in one comparison. */
    private static final int TRIED = 5;
    /** Steps from one comparison to the next: twice as many after each that changed nothing. */
    private static final int FIRST = 64;
    private static final int LONGEST = 1024;

    private final Workers workers;
    private final long[] usual = new long[TRIED];
    private final long[] other = new long[TRIED];
    private boolean alone;
    private int window = FIRST;
    private int steps;

    public Sharing(Workers workers) {
        this.workers = workers;
    }

    /** Runs {@code step}. The last steps before a comparison are timed: first as usual, then the other way. */
    public void run(Runnable step) {
        if (workers.count() == 1) {
            step.run();
            return;
        }
        int timed = steps - (window - 2 * TRIED);
        workers.leaveToCaller(timed < TRIED ? alone : !alone);
        long start = System.nanoTime();
        try {
            step.run();
        } finally {
            workers.leaveToCaller(false);
        }
        long time = System.nanoTime() - start;
        if (timed >= TRIED) {
            other[timed - TRIED] = time;
        } else if (timed >= 0) {
            usual[timed] = time;
        }
        steps++;
        if (steps == window) {
            compare();
        }
    }

    private void compare() {
        boolean changes = median(other) < median(usual);
        alone ^= changes;
        window = changes ? FIRST : Math.min(LONGEST, 2 * window);
        steps = 0;
    }

    private static long median(long[] times) {
        Arrays.sort(times);
        return times[TRIED / 2];
    }
}
