package io.fluxo.experiments.bench.peak;

import java.util.Arrays;

/**
 * a = b + s·c over arrays of its own (McCalpin's STREAM, 1995): what an elementwise operation of two inputs asks of memory.
 *
 * @param a written
 * @param b read
 * @param c read
 */
record Triad(float[] a, float[] b, float[] c) {

    /** So many bytes are moved in a repetition: some milliseconds. */
    private static final double MOVED = 2e8;

    /** Three arrays of {@code bytes} together. */
    static Triad of(long bytes) {
        int length = Math.toIntExact(bytes / (3 * Float.BYTES));
        return new Triad(new float[length], of(length, 1), of(length, 2));
    }

    private static float[] of(int length, float value) {
        float[] array = new float[length];
        Arrays.fill(array, value);
        return array;
    }

    /** Passes over the arrays; returns how many bytes were read and written. */
    double bytes() {
        double once = 3.0 * Float.BYTES * a.length;
        int passes = (int) Math.ceil(MOVED / once);
        for (int pass = 0; pass < passes; pass++) {
            pass(a, b, c);
        }
        return passes * once;
    }

    private static void pass(float[] a, float[] b, float[] c) {
        for (int i = 0; i < a.length; i++) {
            a[i] = b[i] + 0.5f * c[i];
        }
    }
}
