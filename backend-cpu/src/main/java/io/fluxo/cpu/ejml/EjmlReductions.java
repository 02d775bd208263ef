package io.fluxo.cpu.ejml;

import io.fluxo.cpu.ejml.EjmlValues.Integers;
import io.fluxo.cpu.ejml.EjmlValues.Reals;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Folds over axes in row-major order. */
final class EjmlReductions {

    private EjmlReductions() {}

    static EjmlValues reduce(Reduction op, EjmlTensor x) {
        int[] strides = reducedStrides(op, x.shape());
        int[] into = Walk.through(x.shape().sizes(), strides, 0);
        int length = outputs(op, x.shape());
        return switch (x.values()) {
            case Reals(double[] in) -> {
                double[] out = new double[length];
                Arrays.fill(out, switch (op) {
                    case Sum _ -> 0.0;
                    case Max _ -> Double.NEGATIVE_INFINITY;
                });
                DoubleBinaryOperator f = switch (op) {
                    case Sum _ -> (a, b) -> a + b;
                    case Max _ -> Math::max;
                };
                for (int i = 0; i < in.length; i++) {
                    out[into[i]] = f.applyAsDouble(out[into[i]], in[i]);
                }
                yield new Reals(out);
            }
            case Integers(long[] in) -> {
                long[] out = new long[length];
                Arrays.fill(out, switch (op) {
                    case Sum _ -> 0L;
                    case Max _ -> x.dtype() == DType.I64 ? Long.MIN_VALUE : Integer.MIN_VALUE;
                });
                LongBinaryOperator f = switch (op) {
                    case Sum _ -> (a, b) -> a + b;
                    case Max _ -> Math::max;
                };
                for (int i = 0; i < in.length; i++) {
                    out[into[i]] = f.applyAsLong(out[into[i]], in[i]);
                }
                yield new Integers(out);
            }
        };
    }

    /** The first index of the largest value; a NaN counts as the largest, as in {@link Max}. */
    static EjmlValues argMax(ArgMax op, EjmlTensor x, Shape shape) {
        int axis = x.shape().axis(op.axis());
        int size = x.shape().size(axis);
        int inner = x.shape().elementsFrom(axis + 1);
        long[] out = new long[shape.elements()];
        if (size == 0 && out.length > 0) {
            throw new IllegalArgumentException(Text.format("argMax: axis %d of %s is empty", axis, x.shape()));
        }
        for (int i = 0; i < out.length; i++) {
            int start = i / inner * size * inner + i % inner;
            int best = 0;
            for (int j = 1; j < size; j++) {
                if (larger(x.values(), start + j * inner, start + best * inner)) {
                    best = j;
                }
            }
            out[i] = best;
        }
        return new Integers(out);
    }

    private static boolean larger(EjmlValues values, int candidate, int best) {
        return switch (values) {
            case Reals(double[] array) -> array[candidate] > array[best] || Double.isNaN(array[candidate]) && !Double.isNaN(array[best]);
            case Integers(long[] array) -> array[candidate] > array[best];
        };
    }

    /** Strides of the output along the input's axes: 0 along those that are folded. */
    private static int[] reducedStrides(Reduction op, Shape shape) {
        boolean[] folded = folded(op, shape);
        int[] strides = new int[shape.rank()];
        int step = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (!folded[axis]) {
                strides[axis] = step;
                step *= shape.size(axis);
            }
        }
        return strides;
    }

    private static int outputs(Reduction op, Shape shape) {
        boolean[] folded = folded(op, shape);
        int count = 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            count *= folded[axis] ? 1 : shape.size(axis);
        }
        return count;
    }

    private static boolean[] folded(Reduction op, Shape shape) {
        boolean[] folded = new boolean[shape.rank()];
        op.axes().forEach(axis -> folded[shape.axis(axis)] = true);
        return folded;
    }
}
