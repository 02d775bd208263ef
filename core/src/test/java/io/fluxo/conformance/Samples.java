package io.fluxo.conformance;

import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.function.IntToDoubleFunction;

/**
 * Inputs by name: the same name and sizes give the same values. Floating samples are F64; {@link Bench} rounds them to the type under test
 * before they reach either the backend or the definition, so that both see the same numbers.
 */
final class Samples {

    private static final RandomKey ROOT = RandomKey.of(20_250_101);

    private Samples() {}

    /** Independent N(0, 1). */
    static HostArray normal(String name, int... sizes) {
        RandomKey key = ROOT.split(name);
        return fill(key::normal, sizes);
    }

    /** N(mean, std²). */
    static HostArray around(String name, double mean, double std, int... sizes) {
        RandomKey key = ROOT.split(name);
        return fill(i -> mean + std * key.normal(i), sizes);
    }

    /** Uniform between {@code low} and {@code high}. */
    static HostArray uniform(String name, double low, double high, int... sizes) {
        RandomKey key = ROOT.split(name);
        return fill(i -> low + (high - low) * key.uniform(i), sizes);
    }

    /** Odd multiples of 1/128 around 0 in random order, no two alike and none 0: no kink or tie is near for a difference quotient. */
    static HostArray distinct(String name, int... sizes) {
        RandomKey key = ROOT.split(name);
        double[] values = fill(i -> 0, sizes).toDoubles();
        for (int i = 0; i < values.length; i++) {
            int j = key.below(i + 1, i);
            values[i] = values[j];
            values[j] = (2 * i + 1 - (values.length / 2) * 2) / 128.0;
        }
        return HostArray.of(Shape.of(sizes), values);
    }

    /** I32, uniform on 0 … bound − 1. */
    static HostArray integers(String name, int bound, int... sizes) {
        RandomKey key = ROOT.split(name);
        int[] values = new int[Shape.of(sizes).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = key.below(bound, i);
        }
        return HostArray.of(Shape.of(sizes), values);
    }

    /** Truth values, half of them true. */
    static HostArray truths(String name, int... sizes) {
        RandomKey key = ROOT.split(name);
        boolean[] values = new boolean[Shape.of(sizes).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = key.below(2, i) == 1;
        }
        return HostArray.of(Shape.of(sizes), values);
    }

    /** A vector of these values. */
    static HostArray vector(double... values) {
        return HostArray.of(Shape.of(values.length), values);
    }

    private static HostArray fill(IntToDoubleFunction value, int... sizes) {
        double[] values = new double[Shape.of(sizes).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.applyAsDouble(i);
        }
        return HostArray.of(Shape.of(sizes), values);
    }
}
