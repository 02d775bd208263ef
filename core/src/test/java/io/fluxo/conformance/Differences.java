package io.fluxo.conformance;

import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Gradients of a definition by five-point central differences in doubles: (f(x−2h) − 8f(x−h) + 8f(x+h) − f(x+2h))/12h, whose error is of
 * the order h⁴ (Abramowitz and Stegun 25.3.6).
 */
final class Differences {

    private static final double STEP = 3e-4;
    /** Of an input with more elements than this, this many are varied, spread over it. */
    private static final int MOST_VARIED = 24;
    /** What truncation and cancellation leave, relative to the largest derivative: beyond float, short of double. */
    private static final double ACCURACY = 2e-10;

    private Differences() {}

    /** For each floating input the gradient of Σ seed·definition; NaN at elements that were left out. */
    static List<HostArray> gradients(Function<HostArray[], HostArray> definition, HostArray[] at, List<HostArray> inputs, HostArray seed) {
        List<HostArray> gradients = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            if (inputs.get(i).dtype().isFloating()) {
                gradients.add(gradient(definition, at, i, seed.toDoubles()));
            }
        }
        return gradients;
    }

    private static HostArray gradient(Function<HostArray[], HostArray> definition, HostArray[] at, int input, double[] seed) {
        HostArray[] moved = at.clone();
        double[] x = at[input].toDoubles().clone();
        moved[input] = HostArray.of(at[input].shape(), x);
        double[] gradient = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            if (!varied(i, x.length)) {
                gradient[i] = Double.NaN;
                continue;
            }
            double here = x[i];
            double step = STEP * Math.max(1, Double.isInfinite(here) ? 1 : Math.abs(here));
            double[][] around = new double[5][];
            for (int k = -2; k <= 2; k++) {
                x[i] = here + k * step;
                around[k + 2] = definition.apply(moved).toDoubles().clone();   // it may be x itself
            }
            x[i] = here;
            for (int j = 0; j < seed.length; j++) {                                  // differences first, then the sum: less cancels
                gradient[i] += seed[j] * (around[0][j] - around[4][j] + 8 * (around[3][j] - around[1][j])) / (12 * step);
            }
        }
        return HostArray.of(at[input].shape(), gradient);
    }

    /** The first, the last, and of those between a share that follows no power of two. */
    private static boolean varied(int i, int length) {
        return length <= MOST_VARIED || i == 0 || i == length - 1 || (i * 1_000_003L) % length < MOST_VARIED;
    }

    /** As {@link Bench#requireClose}, with room for the quotient's own error. */
    static void requireClose(Bench bench, String what, HostArray expected, HostArray got, Tolerance tolerance) {
        if (!got.shape().equals(expected.shape()) || got.dtype() != bench.dtype()) {
            throw new AssertionError("%s: expected %s, got %s %s".formatted(what, expected.shape(), got.dtype().label(), got.shape()));
        }
        double[] wanted = expected.toDoubles();
        double[] found = got.cast(DType.F64).toDoubles();
        double largest = Arrays.stream(wanted).filter(Double::isFinite).map(Math::abs).max().orElse(0);
        double allowed = tolerance.allowed(bench.dtype(), 0, largest) + ACCURACY * Math.max(largest, 1);
        for (int i = 0; i < wanted.length; i++) {
            if (!Double.isNaN(wanted[i]) && !(Math.abs(found[i] - wanted[i]) <= allowed)) {
                throw new AssertionError("%s: element %d of %s is %s instead of %s: off by %.3g, allowed is %.3g".formatted(what, i, got.shape(),
                        found[i], wanted[i], Math.abs(found[i] - wanted[i]), allowed));
            }
        }
    }
}
