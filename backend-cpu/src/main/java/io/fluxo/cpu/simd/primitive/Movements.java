package io.fluxo.cpu.simd.primitive;

import io.fluxo.shape.Shape;
import java.util.List;

/** Rearrangements as copies of runs: a run is what lies contiguous in both source and target. Arrays of any element type. */
final class Movements {

    private Movements() {}

    /** Copies {@code x} into {@code y} with axes reordered: output axis i is input axis {@code order[i]}. */
    static Runnable permute(Object x, Shape from, List<Integer> order, Object y, Shape to) {
        int rank = to.rank();
        int[] inputStrides = from.strides();
        int[] stride = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            stride[axis] = inputStrides[from.axis(order.get(axis))];
        }
        return strided(x, stride, y, to);
    }

    /** Copies {@code x} into {@code y}, stretched. */
    static Runnable expand(Object x, Shape from, Object y, Shape to) {
        int[] own = from.strides();
        int[] stride = new int[to.rank()];
        for (int axis = 0; axis < to.rank(); axis++) {
            int source = axis - to.rank() + from.rank();
            stride[axis] = source < 0 || from.size(source) == 1 ? 0 : own[source];
        }
        return strided(x, stride, y, to);
    }

    /** y[…] = x[Σ index·stride] for every index of {@code to}, in order. */
    private static Runnable strided(Object x, int[] stride, Object y, Shape to) {
        int elements = to.elements();
        if (elements == 0) {
            return () -> { };
        }
        int axis = to.rank();
        int run = 1;
        while (axis > 0 && (stride[axis - 1] == run || to.size(axis - 1) == 1)) {
            axis--;
            run *= to.size(axis);
        }
        int length = run;
        int[] index = new int[axis]; // all zeros again after the last
        return () -> strided(x, stride, y, to, index, length);
    }

    /** @param index over the axes that are not within a run of {@code length} */
    private static void strided(Object x, int[] stride, Object y, Shape to, int[] index, int length) {
        int from = 0;
        int elements = to.elements();
        for (int at = 0; at < elements; at += length) {
            copy(x, from, y, at, length);
            for (int i = index.length - 1; i >= 0; i--) {
                from += stride[i];
                if (++index[i] < to.size(i)) {
                    break;
                }
                from -= stride[i] * to.size(i);
                index[i] = 0;
            }
        }
    }

    /** Copies between a block of {@code count} positions of an axis and an array: [outer, size, inner]. */
    static void copyAxis(Object x, int xStart, int xSize, Object y, int yStart, int ySize, int outer, int count, int inner) {
        for (int o = 0; o < outer; o++) {
            copy(x, (o * xSize + xStart) * inner, y, (o * ySize + yStart) * inner, count * inner);
        }
    }

    static void copy(Object from, int at, Object to, int toAt, int count) {
        if (count == 1 && from instanceof float[] source) {
            ((float[]) to)[toAt] = source[at];
        } else {
            System.arraycopy(from, at, to, toAt, count);
        }
    }
}
