package io.fluxo.experiments.verify.measure;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The maximum norm. */
public final class Largest {

    private Largest() {}

    /** The largest magnitude; 0 of nothing. */
    public static double of(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    /** The largest magnitude of {@code a − b}, which are of one length. */
    public static double difference(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).max().orElse(0);
    }
}
