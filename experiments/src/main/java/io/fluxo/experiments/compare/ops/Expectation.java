package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.bound.ErrorBackend;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One output of a case as it should be.
 *
 * @param values   of the reference; F64 where they are floating
 * @param bound    how far a computation in the type may be from the exact values, element by element; infinite where nothing is known
 * @param envelope how far the same composition came from the reference, in the type, with other orders of sums and ½-ulp noise on the inputs
 */
record Expectation(HostArray values, double[] bound, double[] envelope) {

    /** Runs that the envelope is the largest deviation of. */
    private static final int NOISY_RUNS = 3;

    /** What {@code one} should give in {@code dtype}. */
    static List<Expectation> of(OperationCase one, DType dtype, Backend exact) {
        List<Expectation> bounded = bounded(one, dtype, exact);
        List<double[]> envelopes = envelopes(one.computation(), one.in(dtype), dtype, exact, bounded.stream().map(Expectation::values).toList());
        return IntStream.range(0, bounded.size()).mapToObj(i -> new Expectation(bounded.get(i).values, bounded.get(i).bound, envelopes.get(i))).toList();
    }

    /** The same without an envelope. */
    static List<Expectation> bounded(OperationCase one, DType dtype, Backend exact) {
        List<HostArray> inputs = one.in(dtype);
        List<double[]> own = bounds(one.computation(), OperationCase.in(DType.F64, inputs), exact);
        try (TensorScope _ = exact.openScope()) {
            ErrorBackend errors = new ErrorBackend(exact);
            Tensor[] outputs = one.computation().on(errors, upload(errors, inputs));
            List<Expectation> expected = new ArrayList<>();
            for (int i = 0; i < outputs.length; i++) {
                HostArray values = errors.values(outputs[i]);
                expected.add(new Expectation(values, sum(errors.errors(outputs[i]), own.get(i)), new double[values.elements()]));
            }
            return expected;
        }
    }

    /** The same beside values that were themselves computed in the type: both may be off by the bound. */
    Expectation beside(HostArray computed) {
        return new Expectation(computed, sum(bound, bound), sum(envelope, envelope));
    }

    /** The reference's own rounding errors. */
    private static List<double[]> bounds(Computation f, List<HostArray> inputs, Backend exact) {
        try (TensorScope _ = exact.openScope()) {
            ErrorBackend errors = new ErrorBackend(exact);
            List<double[]> bounds = new ArrayList<>();
            for (Tensor output : f.on(errors, upload(errors, inputs))) {
                bounds.add(errors.errors(output));
            }
            return bounds;
        }
    }

    private static List<double[]> envelopes(Computation f, List<HostArray> inputs, DType dtype, Backend exact, List<HostArray> values) {
        List<double[]> envelopes = new ArrayList<>(values.stream().map(each -> new double[each.elements()]).toList());
        for (int run = 0; run < NOISY_RUNS; run++) {
            NoisyBackend noisy = new NoisyBackend(exact, run);
            try (TensorScope _ = exact.openScope()) {
                Tensor[] outputs = f.on(noisy, upload(noisy, inputs.stream().map(input -> input.dtype().isFloating() ? in(dtype, noisy.moved(input, dtype)) : input).toList()));
                for (int i = 0; i < outputs.length; i++) {
                    double[] got = noisy.download(outputs[i]).toDoubles();
                    double[] expected = values.get(i).toDoubles();
                    for (int j = 0; j < got.length; j++) {
                        double off = Math.abs(got[j] - expected[j]);
                        envelopes.get(i)[j] = Math.max(envelopes.get(i)[j], Double.isFinite(off) ? off : 0);
                    }
                }
            }
        }
        return envelopes;
    }

    private static HostArray in(DType dtype, HostArray values) {
        return HostArray.of(values.shape(), dtype, values.toDoubles());
    }

    static Tensor[] upload(Backend backend, List<HostArray> inputs) {
        return inputs.stream().map(backend::upload).toArray(Tensor[]::new);
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = new double[a.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a[i] + b[i];
        }
        return sum;
    }
}
