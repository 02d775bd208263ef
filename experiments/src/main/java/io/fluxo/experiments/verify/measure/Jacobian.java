package io.fluxo.experiments.verify.measure;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.List;
import java.util.function.BiFunction;

/**
 * All partial derivatives of one sequence's rows by another's: entry (i, c; j, e) is ∂f_ic/∂x_je.
 *
 * @param entries [outputs inputs], outputs and inputs row-major
 * @param width   features of an output row
 * @param inWidth features of an input row
 */
public record Jacobian(double[][] entries, int width, int inWidth) {

    /** Step of the central differences, near the cube root of float64's unit roundoff, where their error is least. */
    private static final double STEP = 1e-5;

    /** By automatic differentiation, an output at a time. */
    public static Jacobian of(Backend backend, DType dtype, HostArray x, BiFunction<Pass, Tensor, Tensor> f) {
        try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor input = tape.watch(backend.upload(x));
            Tensor output = f.apply(Pass.evaluation(tape), input);
            int outputs = output.shape().elements();
            double[][] entries = new double[outputs][];
            for (int out = 0; out < outputs; out++) {
                double[] unit = new double[outputs];
                unit[out] = 1;
                Tensor seed = backend.upload(HostArray.of(output.shape(), dtype, unit));
                entries[out] = backend.download(tape.gradients(output, seed, List.of(input))[0]).toDoubles().clone();
            }
            return new Jacobian(entries, output.shape().elementsFrom(2), x.shape().elementsFrom(2));
        }
    }

    /** By central differences, an input at a time. */
    public static Jacobian byDifferences(Backend backend, HostArray x, BiFunction<Pass, Tensor, Tensor> f) {
        double[] values = x.toDoubles();
        double[][] columns = new double[values.length][];
        int width = 0;
        for (int in = 0; in < values.length; in++) {
            HostArray above = run(backend, moved(x, in, STEP), f);
            double[] a = above.toDoubles();
            double[] b = run(backend, moved(x, in, -STEP), f).toDoubles();
            columns[in] = new double[a.length];
            for (int out = 0; out < a.length; out++) {
                columns[in][out] = (a[out] - b[out]) / (2 * STEP);
            }
            width = above.shape().elementsFrom(2);
        }
        double[][] entries = new double[columns[0].length][values.length];
        for (int out = 0; out < entries.length; out++) {
            for (int in = 0; in < values.length; in++) {
                entries[out][in] = columns[in][out];
            }
        }
        return new Jacobian(entries, width, x.shape().elementsFrom(2));
    }

    private static HostArray moved(HostArray x, int at, double by) {
        double[] values = x.toDoubles().clone();
        values[at] += by;
        return HostArray.of(x.shape(), x.dtype(), values);
    }

    private static HostArray run(Backend backend, HostArray x, BiFunction<Pass, Tensor, Tensor> f) {
        try (TensorScope _ = backend.openScope()) {
            return backend.download(f.apply(Pass.evaluation(backend), backend.upload(x)));
        }
    }

    public int rows() {
        return entries.length / width;
    }

    public int tokens() {
        return entries[0].length / inWidth;
    }

    /** The largest entry of ∂f_i/∂x_j, in size. */
    public double block(int i, int j) {
        double largest = 0;
        for (int c = 0; c < width; c++) {
            for (int e = 0; e < inWidth; e++) {
                largest = Math.max(largest, Math.abs(entries[i * width + c][j * inWidth + e]));
            }
        }
        return largest;
    }

    public double difference(Jacobian other) {
        double largest = 0;
        for (int out = 0; out < entries.length; out++) {
            for (int in = 0; in < entries[out].length; in++) {
                largest = Math.max(largest, Math.abs(entries[out][in] - other.entries[out][in]));
            }
        }
        return largest;
    }
}
