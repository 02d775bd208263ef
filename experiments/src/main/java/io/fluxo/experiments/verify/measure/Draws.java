package io.fluxo.experiments.verify.measure;

import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Random numbers on the host. */
public final class Draws {

    private Draws() {}

    /** Normal numbers of mean 0. */
    public static double[] normal(RandomKey key, int count, double deviation) {
        return key.normals(count, deviation);
    }

    /** Uniform numbers between {@code low} and {@code high}. */
    public static double[] uniform(RandomKey key, int count, double low, double high) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = low + (high - low) * key.uniform(i);
        }
        return values;
    }

    public static double[] constant(int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    /** The identity, [n n] row-major. */
    public static double[] identity(int n) {
        double[] values = new double[n * n];
        for (int i = 0; i < n; i++) {
            values[i * n + i] = 1;
        }
        return values;
    }

    /** x_0 of one sequence with entries N(0, 1), [1 pos d_model]. */
    public static HostArray stream(RandomKey key, int pos, int width, DType dtype) {
        return stream(pos, width, dtype, normal(key, pos * width, 1));
    }

    /** One sequence, [1 pos d_model]. */
    public static HostArray stream(int pos, int width, DType dtype, double[] values) {
        return HostArray.of(Shape.of(Dim.of("batch", 1), Dim.of("pos", pos), Dim.of("d_model", width)), dtype, values);
    }
}
