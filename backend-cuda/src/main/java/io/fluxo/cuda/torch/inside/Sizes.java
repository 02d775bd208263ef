package io.fluxo.cuda.torch.inside;

import io.fluxo.shape.Shape;
import java.util.List;

/** Sizes and axes as libtorch takes them. */
final class Sizes {

    private Sizes() {}

    static long[] of(Shape shape) {
        long[] sizes = new long[shape.rank()];
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = shape.size(axis);
        }
        return sizes;
    }

    /** {@code axes} of {@code shape} counted from the front, each once. */
    static long[] axes(List<Integer> axes, Shape shape) {
        return axes.stream().mapToLong(shape::axis).distinct().toArray();
    }

    /** All axes before the last as one, and the last. */
    static long[] rows(Shape shape) {
        int last = shape.size(-1);
        int rows = 1;
        for (int axis = 0; axis < shape.rank() - 1; axis++) {
            rows *= shape.size(axis);
        }
        return new long[] {rows, last};
    }
}
