package io.fluxo.cpu.simd.primitive;

import io.fluxo.cpu.simd.loops.Broadcast;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import java.util.Arrays;

/**
 * Primitives that no kernel's hot path needs, one element at a time: comparisons, truth values, integers, casts, random numbers. They run in
 * compositions and in setting up.
 */
final class Scalars {

    private Scalars() {}

    static void compare(Comparison op, SimdTensor a, SimdTensor b, boolean[] y, Broadcast walk) {
        forEach(walk, 2, (at, from) -> y[at] = switch (op) {
            case Less _ -> switch (a.dtype()) {
                case F32 -> a.floats()[from[0]] < b.floats()[from[1]];
                case BOOL -> !a.booleans()[from[0]] && b.booleans()[from[1]];
                default -> integer(a, from[0]) < integer(b, from[1]);
            };
            case Equal _ -> switch (a.dtype()) {
                case F32 -> a.floats()[from[0]] == b.floats()[from[1]];
                case BOOL -> a.booleans()[from[0]] == b.booleans()[from[1]];
                default -> integer(a, from[0]) == integer(b, from[1]);
            };
        });
    }

    static void logical(Logical op, boolean[] a, boolean[] b, boolean[] y, Broadcast walk) {
        forEach(walk, b == null ? 1 : 2, (at, from) -> y[at] = switch (op) {
            case And _ -> a[from[0]] & b[from[1]];
            case Or _ -> a[from[0]] | b[from[1]];
            case Not _ -> !a[from[0]];
        });
    }

    static void where(boolean[] condition, SimdTensor then, SimdTensor otherwise, SimdTensor y, Broadcast walk) {
        switch (y.dtype()) {
            case F32 -> {
                float[] out = y.floats();
                float[] a = then.floats();
                float[] b = otherwise.floats();
                forEach(walk, 3, (at, from) -> out[at] = condition[from[0]] ? a[from[1]] : b[from[2]]);
            }
            case BOOL -> {
                boolean[] out = y.booleans();
                forEach(walk, 3, (at, from) -> out[at] = condition[from[0]] ? then.booleans()[from[1]] : otherwise.booleans()[from[2]]);
            }
            default -> forEach(walk, 3, (at, from) ->
                    setInteger(y, at, condition[from[0]] ? integer(then, from[1]) : integer(otherwise, from[2])));
        }
    }

    /** Binary operations on integers; overflow wraps. */
    static void integers(Binary op, SimdTensor a, SimdTensor b, SimdTensor y, Broadcast walk) {
        forEach(walk, 2, (at, from) -> {
            long left = integer(a, from[0]);
            long right = integer(b, from[1]);
            setInteger(y, at, switch (op) {
                case Add _ -> left + right;
                case Sub _ -> left - right;
                case Mul _ -> left * right;
                case Div _ -> left / right;
                case Maximum _ -> Math.max(left, right);
            });
        });
    }

    /** Sums and maxima of integers over the middle axis of [outer, size, inner]. */
    static void reduce(Reduction op, SimdTensor x, int outer, int size, int inner, SimdTensor y) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                long result = switch (op) {
                    case Sum _ -> 0;
                    case Max _ -> y.dtype() == DType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
                };
                for (int r = 0; r < size; r++) {
                    long value = integer(x, (o * size + r) * inner + i);
                    result = switch (op) {
                        case Sum _ -> result + value;
                        case Max _ -> Math.max(result, value);
                    };
                }
                setInteger(y, o * inner + i, result);
            }
        }
    }

    /** The first largest along the middle axis of [outer, size, inner]; a NaN is larger than all numbers. */
    static void argMax(SimdTensor x, int outer, int size, int inner, int[] y) {
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                int best = 0;
                for (int r = 1; r < size; r++) {
                    int at = (o * size + r) * inner + i;
                    int bestAt = (o * size + best) * inner + i;
                    if (x.dtype() == DType.F32 ? larger(x.floats()[at], x.floats()[bestAt]) : integer(x, at) > integer(x, bestAt)) {
                        best = r;
                    }
                }
                y[o * inner + i] = best;
            }
        }
    }

    private static boolean larger(float candidate, float best) {
        return candidate > best || Float.isNaN(candidate) && !Float.isNaN(best);
    }

    /** Reals beyond an integer type become its first or last number, NaN 0; integers keep their lower bits. */
    static void cast(SimdTensor x, SimdTensor y) {
        for (int i = 0; i < x.elements(); i++) {
            switch (y.dtype()) {
                case F32 -> y.floats()[i] = (float) real(x, i);
                case BOOL -> y.booleans()[i] = real(x, i) != 0;
                default -> setInteger(y, i, x.dtype() == DType.F32 ? y.dtype() == DType.I32 ? (int) x.floats()[i] : (long) x.floats()[i] : x.dtype() == DType.BOOL ? (long) real(x, i) : integer(x, i));
            }
        }
    }

    static void iota(int axis, SimdTensor y) {
        Shape shape = y.shape();
        int inner = shape.elementsFrom(shape.axis(axis) + 1);
        int size = shape.size(axis);
        for (int i = 0; i < y.elements(); i++) {
            set(y, i, i / inner % size);
        }
    }

    static void fill(double value, SimdTensor y) {
        switch (y.dtype()) {
            case F32 -> Arrays.fill(y.floats(), (float) value);
            default -> {
                for (int i = 0; i < y.elements(); i++) {
                    set(y, i, value);
                }
            }
        }
    }

    /** Puts {@code value} into element {@code i}, converted. */
    private static void set(SimdTensor y, int i, double value) {
        switch (y.dtype()) {
            case F32 -> y.floats()[i] = (float) value;
            case BOOL -> y.booleans()[i] = value != 0;
            default -> setInteger(y, i, (long) value);
        }
    }

    static double real(SimdTensor x, int i) {
        return switch (x.dtype()) {
            case F32 -> x.floats()[i];
            case BOOL -> x.booleans()[i] ? 1 : 0;
            default -> integer(x, i);
        };
    }

    static long integer(SimdTensor x, int i) {
        return x.dtype() == DType.I32 ? x.ints()[i] : x.longs()[i];
    }

    static void setInteger(SimdTensor y, int i, long value) {
        if (y.dtype() == DType.I32) {
            y.ints()[i] = (int) value;
        } else {
            y.longs()[i] = value;
        }
    }

    /** What is done with an element: where it goes, and where each input's element lies. */
    @FunctionalInterface
    private interface Element {
        void accept(int at, int[] from);
    }

    private static void forEach(Broadcast walk, int inputs, Element body) {
        int[] from = new int[inputs];
        int at = 0;
        for (int row = 0; row < walk.rows(); row++) {
            for (int i = 0; i < inputs; i++) {
                from[i] = walk.offset(i, row);
            }
            for (int j = 0; j < walk.length(); j++) {
                body.accept(at++, from);
                for (int i = 0; i < inputs; i++) {
                    from[i] += walk.step(i);
                }
            }
        }
    }
}
