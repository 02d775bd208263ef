package io.fluxo.experiments.bench.peak;

import java.util.Arrays;

/** a = b + s·c over arrays of its own (McCalpin's STREAM, 1995): what an elementwise operation of two inputs asks of memory. */
final class Triad {

    /** So many bytes are moved in a repetition at least: a millisecond or so. */
    private static final double MOVED = 6e7;

    /** Arrays are so much longer than what is used of them: whole pages apart, they would compete for the same lines of the first-level cache. */
    private static final int APART = 272;

    private final int length;
    private final float[] a;
    private final float[] b;
    private final float[] c;

    /** @param bytes of the three arrays together */
    Triad(long bytes) {
        length = Math.toIntExact(bytes / (3 * Float.BYTES));
        a = new float[length + APART];
        b = new float[length + APART];
        c = new float[length + APART];
        Arrays.fill(b, 1); // so that there is memory behind them
        Arrays.fill(c, 2);
    }

    /** Passes over the arrays for a millisecond or more; returns how many bytes were read and written. */
    double bytes() {
        double once = 3.0 * Float.BYTES * length;
        int passes = (int) Math.ceil(MOVED / once);
        for (int pass = 0; pass < passes; pass++) {
            pass(a, b, c, length);
        }
        return passes * once;
    }

    private static void pass(float[] a, float[] b, float[] c, int length) {
        for (int i = 0; i < length; i++) {
            a[i] = b[i] + 0.5f * c[i];
        }
    }
}
