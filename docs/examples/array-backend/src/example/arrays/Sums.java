package example.arrays;

import io.fluxo.op.PrimitiveOp.ArgMax;
import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.op.PrimitiveOp.Max;
import io.fluxo.op.PrimitiveOp.Reduction;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/** Many elements to one: sums and maxima, products, sums by index. */
final class Sums {

    private Sums() {}

    static HostArray reduce(Reduction op, HostArray x, Shape shape) {
        int[] into = targets(op, x.shape());
        boolean max = op instanceof Max;
        if (!x.dtype().isFloating()) {
            long[] in = Integers.of(x);
            long[] out = new long[shape.elements()];
            Arrays.fill(out, !max ? 0 : x.dtype() == DType.I64 ? Long.MIN_VALUE : Integer.MIN_VALUE);
            for (int i = 0; i < in.length; i++) {
                out[into[i]] = max ? Math.max(out[into[i]], in[i]) : out[into[i]] + in[i];
            }
            return Integers.as(x.dtype(), shape, out);
        }
        double[] in = x.toDoubles();
        double[] out = new double[shape.elements()];
        Arrays.fill(out, max ? Double.NEGATIVE_INFINITY : 0);
        for (int i = 0; i < in.length; i++) {
            out[into[i]] = max ? Math.max(out[into[i]], in[i]) : out[into[i]] + in[i];
        }
        return HostArray.of(shape, x.dtype(), out);
    }

    /** For each element the position that it is folded into: a reduced axis does not move it. */
    private static int[] targets(Reduction op, Shape from) {
        boolean[] reduced = new boolean[from.rank()];
        op.axes().forEach(axis -> reduced[from.axis(axis)] = true);
        int[] strides = new int[from.rank()];
        int step = 1;
        for (int axis = from.rank() - 1; axis >= 0; axis--) {
            strides[axis] = reduced[axis] ? 0 : step;
            step *= reduced[axis] ? 1 : from.size(axis);
        }
        return Walk.through(from.sizes(), strides, 0);
    }

    /** The first of the largest; a NaN counts as larger than every number. */
    static HostArray argMax(ArgMax op, HostArray x, Shape shape) {
        int axis = x.shape().axis(op.axis());
        int size = x.shape().size(axis);
        int inner = x.shape().elementsFrom(axis + 1);
        int[] out = new int[shape.elements()];
        if (size == 0 && out.length > 0) {
            throw new IllegalArgumentException("argMax: axis " + axis + " of " + x.shape() + " is empty");
        }
        IntBinaryOperator best = x.dtype().isFloating() ? best(x.toDoubles()) : best(Integers.of(x));
        for (int i = 0; i < out.length; i++) {
            int start = i / inner * size * inner + i % inner;
            for (int j = 1; j < size; j++) {
                out[i] = (best.applyAsInt(start + out[i] * inner, start + j * inner) - start) / inner;
            }
        }
        return HostArray.of(shape, out);
    }

    private static IntBinaryOperator best(double[] x) {
        return (first, next) -> x[next] > x[first] || Double.isNaN(x[next]) && !Double.isNaN(x[first]) ? next : first;
    }

    private static IntBinaryOperator best(long[] x) {
        return (first, next) -> x[next] > x[first] ? next : first;
    }

    /** Rows of the left side by columns of the right, for each of the leading axes. */
    static HostArray product(MatMul op, HostArray a, HostArray b, Shape shape) {
        int n = shape.size(-1);
        int k = a.shape().size(op.transposeLeft() ? -2 : -1);
        int m = op.transposeLeft() ? a.shape().size(-1) : a.shape().rank() == 1 ? 1 : a.shape().size(-2);
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double[] out = new double[shape.elements()];
        for (int at = 0; at < out.length; at++) {
            int row = at / n % m;
            int batch = at / n / m;
            int left = batch * m * k + row * (op.transposeLeft() ? 1 : k);
            int right = (b.shape().rank() == 2 ? 0 : batch * k * n) + at % n * (op.transposeRight() ? k : 1);
            for (int i = 0; i < k; i++) {
                out[at] += x[left + i * (op.transposeLeft() ? m : 1)] * y[right + i * (op.transposeRight() ? 1 : n)];
            }
        }
        return HostArray.of(shape, a.dtype(), out);
    }
}
