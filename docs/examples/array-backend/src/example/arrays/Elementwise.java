package example.arrays;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** One element at a time. {@link Walk} says which elements of the inputs a result is made of. */
final class Elementwise {

    private Elementwise() {}

    static HostArray unary(Unary op, HostArray x) {
        return HostArray.of(x.shape(), x.dtype(), Arrays.stream(x.toDoubles()).map(switch (op) {
            case Neg _ -> value -> -value;
            case Exp _ -> Math::exp;
            case Log _ -> Math::log;
            case Sqrt _ -> Math::sqrt;
            case Sin _ -> Math::sin;
            case Cos _ -> Math::cos;
            case Tanh _ -> Math::tanh;
            case Erf _ -> org.apache.commons.numbers.gamma.Erf::value;
        }).toArray());
    }

    static HostArray binary(Binary op, HostArray a, HostArray b, Shape shape) {
        int[] left = Walk.broadcast(a.shape(), shape);
        int[] right = Walk.broadcast(b.shape(), shape);
        if (!a.dtype().isFloating()) {
            long[] x = Integers.of(a);
            long[] y = Integers.of(b);
            long[] out = new long[shape.elements()];
            Arrays.setAll(out, i -> apply(op, x[left[i]], y[right[i]]));
            return Integers.as(a.dtype(), shape, out);
        }
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        double[] out = new double[shape.elements()];
        Arrays.setAll(out, i -> apply(op, x[left[i]], y[right[i]]));
        return HostArray.of(shape, a.dtype(), out);
    }

    private static double apply(Binary op, double a, double b) {
        return switch (op) {
            case Add _ -> a + b;
            case Sub _ -> a - b;
            case Mul _ -> a * b;
            case Div _ -> a / b;
            case Maximum _ -> Math.max(a, b);
        };
    }

    private static long apply(Binary op, long a, long b) {
        return switch (op) {
            case Add _ -> a + b;
            case Sub _ -> a - b;
            case Mul _ -> a * b;
            case Div _ -> a / b;
            case Maximum _ -> Math.max(a, b);
        };
    }

    static HostArray comparison(Comparison op, HostArray a, HostArray b, Shape shape) {
        int[] left = Walk.broadcast(a.shape(), shape);
        int[] right = Walk.broadcast(b.shape(), shape);
        boolean less = op instanceof Less;
        boolean[] out = new boolean[shape.elements()];
        if (a.dtype().isFloating()) {
            double[] x = a.toDoubles();
            double[] y = b.toDoubles();
            for (int i = 0; i < out.length; i++) {
                out[i] = less ? x[left[i]] < y[right[i]] : x[left[i]] == y[right[i]];
            }
        } else {
            long[] x = Integers.of(a);
            long[] y = Integers.of(b);
            for (int i = 0; i < out.length; i++) {
                out[i] = less ? x[left[i]] < y[right[i]] : x[left[i]] == y[right[i]];
            }
        }
        return HostArray.of(shape, out);
    }

    static HostArray cast(HostArray x, DType to) {
        return x.dtype().isFloating() ? x.cast(to) : Integers.as(to, x.shape(), Integers.of(x));
    }
}
