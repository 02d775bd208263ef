package io.fluxo.experiments.inspect.instrument;

import io.fluxo.inspect.FrozenFactor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Arithmetic on rows of numbers, in double precision. Nothing is changed in place. */
final class Vectors {

    private Vectors() {}

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double[] sum(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] + b[i]).toArray();
    }

    static double[][] sum(double[][] a, double[][] b) {
        return IntStream.range(0, a.length).mapToObj(i -> sum(a[i], b[i])).toArray(double[][]::new);
    }

    static double[] scaled(double[] a, double factor) {
        return Arrays.stream(a).map(x -> factor * x).toArray();
    }

    static double[][] scaled(double[][] a, double factor) {
        return Arrays.stream(a).map(row -> scaled(row, factor)).toArray(double[][]::new);
    }

    /** Row i times factor i. */
    static double[][] scaled(double[][] rows, double[] factors) {
        return IntStream.range(0, rows.length).mapToObj(i -> scaled(rows[i], factors[i])).toArray(double[][]::new);
    }

    /** Row i, streams one after the other, through {@code factor} at position i. */
    static double[][] applied(FrozenFactor factor, double[][] rows) {
        return IntStream.range(0, rows.length).mapToObj(i -> factor.applied(i, rows[i])).toArray(double[][]::new);
    }

    /** Row i through the linear part of {@code norm} at position i. */
    static double[][] carried(FrozenNorm norm, double[][] rows) {
        return IntStream.range(0, rows.length).mapToObj(i -> norm.carry(i, rows[i])).toArray(double[][]::new);
    }

    /** Row i through {@code norm} at position i, β included. */
    static double[][] normalised(FrozenNorm norm, double[][] rows) {
        return IntStream.range(0, rows.length).mapToObj(i -> sum(norm.carry(i, rows[i]), norm.offset())).toArray(double[][]::new);
    }

    static boolean isAny(double[] a) {
        return Arrays.stream(a).anyMatch(x -> x != 0);
    }
}
