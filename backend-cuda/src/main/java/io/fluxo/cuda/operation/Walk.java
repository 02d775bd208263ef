package io.fluxo.cuda.operation;

import io.fluxo.shape.Shape;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A walk over the elements of a shape, through several tensors at once: the sizes of its axes, and for each tensor how far its next element lies along each axis. Axes
 * of size 1 are left out, and axes that lie one behind the other in all tensors are one.
 *
 * @param sizes   of the axes
 * @param strides for each tensor, in elements; 0 where it is stretched
 */
record Walk(int[] sizes, List<int[]> strides) {

    /** As many axes as {@code common.cuh} allows. */
    private static final int MOST_AXES = 8;

    /** The walk over {@code shape} through tensors of {@code strides}, which have one number for each axis. */
    static Walk of(int[] shape, List<int[]> strides) {
        List<Integer> kept = new ArrayList<>();
        List<int[]> merged = new ArrayList<>();            // for each kept axis, a stride of each tensor
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] == 1) {
                continue;
            }
            int at = axis;
            int[] next = strides.stream().mapToInt(of -> of[at]).toArray();
            if (!kept.isEmpty() && follows(merged.getLast(), next, shape[axis])) {
                kept.set(kept.size() - 1, kept.getLast() * shape[axis]);
                merged.set(merged.size() - 1, next);
            } else {
                kept.add(shape[axis]);
                merged.add(next);
            }
        }
        if (kept.size() > MOST_AXES) {
            throw new IllegalArgumentException(Text.format("cuda walks over at most %d axes that cannot be joined: %s", MOST_AXES, Arrays.toString(shape)));
        }
        List<int[]> byTensor = new ArrayList<>();
        for (int tensor = 0; tensor < strides.size(); tensor++) {
            int of = tensor;
            byTensor.add(merged.stream().mapToInt(axis -> axis[of]).toArray());
        }
        return new Walk(kept.stream().mapToInt(i -> i).toArray(), byTensor);
    }

    private static boolean follows(int[] outer, int[] inner, int size) {
        for (int i = 0; i < outer.length; i++) {
            if (outer[i] != inner[i] * size) {
                return false;
            }
        }
        return true;
    }

    /** The strides of a row-major tensor. */
    static int[] rowMajor(Shape shape) {
        int[] strides = new int[shape.rank()];
        int next = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            strides[axis] = next;
            next *= shape.size(axis);
        }
        return strides;
    }

    /** The strides of a row-major tensor that is stretched to {@code shape}. */
    static int[] stretched(Shape from, Shape shape) {
        int[] own = rowMajor(from);
        int[] strides = new int[shape.rank()];
        for (int i = 1; i <= from.rank(); i++) {
            strides[shape.rank() - i] = from.size(-i) == 1 ? 0 : own[from.rank() - i];
        }
        return strides;
    }

    /** Whether every tensor is read from one end to the other, or is a single number: then one stride says all. */
    boolean isFlat() {
        return sizes.length == 0 || sizes.length == 1 && strides.stream().allMatch(stride -> stride[0] <= 1);
    }

    /** The one stride of tensor {@code i}, where the walk {@linkplain #isFlat is flat}. */
    int flatStride(int i) {
        return sizes.length == 0 ? 0 : strides.get(i)[0];
    }

    /** The struct {@code Walk} of {@code common.cuh}. */
    long[] words() {
        long[] words = new long[1 + MOST_AXES * (1 + strides.size())];
        words[0] = sizes.length;
        for (int axis = 0; axis < sizes.length; axis++) {
            words[1 + axis] = sizes[axis];
            for (int i = 0; i < strides.size(); i++) {
                words[1 + MOST_AXES * (1 + i) + axis] = strides.get(i)[axis];
            }
        }
        return words;
    }
}
