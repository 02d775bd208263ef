package io.fluxo.experiments.compare.onnx;

import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Changes of shape that the standard speaks of, out of splits, merges and permutations. */
final class Shapes {

    private Shapes() {}

    /** The same elements in the same order under another shape. */
    static Tensor reshape(Ops ops, Tensor x, int... sizes) {
        if (Arrays.equals(x.shape().sizes(), sizes)) {
            return x;
        }
        Tensor flat = x.rank() == 0 ? ops.unsqueeze(x, 0) : x;
        while (flat.rank() > 1) {
            flat = ops.mergeAxes(flat, 0);
        }
        if (sizes.length == 0) {
            // the sum of one element is that element; truth values have no sum
            return x.dtype() == DType.BOOL ? ops.cast(ops.squeeze(ops.cast(flat, DType.I32), 0), DType.BOOL) : ops.squeeze(flat, 0);
        }
        for (int axis = 0; axis + 1 < sizes.length; axis++) {
            int rest = Arrays.stream(sizes, axis + 1, sizes.length).reduce(1, Math::multiplyExact);
            flat = ops.splitAxis(flat, axis, Dim.of(sizes[axis]), Dim.of(rest));
        }
        return flat;
    }

    static Tensor reshape(Ops ops, Tensor x, Shape shape) {
        return reshape(ops, x, shape.sizes());
    }

    /** [outer inner]: the axes before {@code axis} into one, and those from {@code axis} on into another. */
    static Tensor rows(Ops ops, Tensor x, int axis) {
        int inner = x.shape().elementsFrom(axis);
        int outer = IntStream.range(0, axis).map(x.shape()::size).reduce(1, Math::multiplyExact);
        return reshape(ops, x, outer, inner);
    }

    /** {@code axis} becomes the last; the others keep their order. */
    static Tensor toLast(Ops ops, Tensor x, int axis) {
        return ops.permute(x, order(x.rank(), axis, x.rank() - 1));
    }

    /** The last axis becomes {@code axis}; the others keep their order. */
    static Tensor fromLast(Ops ops, Tensor x, int axis) {
        return ops.permute(x, order(x.rank(), x.rank() - 1, axis));
    }

    /** {@code axis} becomes the first; the others keep their order. */
    static Tensor toFirst(Ops ops, Tensor x, int axis) {
        return ops.permute(x, order(x.rank(), axis, 0));
    }

    /** The order of axes in which axis {@code from} stands at {@code to}. */
    private static int[] order(int rank, int from, int to) {
        int[] others = IntStream.range(0, rank).filter(axis -> axis != from).toArray();
        return IntStream.range(0, rank).map(axis -> axis == to ? from : others[axis < to ? axis : axis - 1]).toArray();
    }

    /** {@code shape} with size 1 at all axes from {@code axis} on. */
    static int[] collapsed(Shape shape, int axis) {
        int[] sizes = shape.sizes();
        Arrays.fill(sizes, axis, sizes.length, 1);
        return sizes;
    }

    /** Sizes out of a file as numbers of elements; negative ones and those beyond any tensor are the caller's to refuse before. */
    static int[] sizes(Call call, long[] sizes) {
        if (sizes.length > Bounds.AXES || Arrays.stream(sizes).anyMatch(size -> size < 0 || size > Bounds.ELEMENTS)) {
            throw call.bad("asks for the shape " + Arrays.toString(Arrays.copyOf(sizes, Math.min(sizes.length, Bounds.AXES)))
                    + "; at most " + Bounds.AXES + " axes of 0 to " + Bounds.ELEMENTS + " are evaluated");
        }
        return Arrays.stream(sizes).mapToInt(size -> (int) size).toArray();
    }

    /** An axis out of a file, counted from the front. */
    static int axis(Call call, long axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw call.bad(Text.format("names the axis %d of a tensor of %d axes", axis, rank));
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }
}
