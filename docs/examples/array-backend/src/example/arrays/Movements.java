package example.arrays;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import io.fluxo.tensor.HostArray;
import java.lang.reflect.Array;
import java.util.List;

/** Elements in other places. {@code System.arraycopy} moves them whatever their type is. */
final class Movements {

    private Movements() {}

    static HostArray move(Movement op, HostArray[] in, Shape shape) {
        HostArray x = in[0];
        int[] strides = x.shape().strides();
        return switch (op) {
            case SplitAxis _, MergeAxes _ -> new HostArray(shape, x.dtype(), x.array());
            case Permute(List<Integer> order) ->
                    pick(x, Walk.through(shape.sizes(), order.stream().mapToInt(axis -> strides[x.shape().axis(axis)]).toArray(), 0), shape);
            case Expand _ -> pick(x, Walk.broadcast(x.shape(), shape), shape);
            case Slice(int axis, Dim start, Dim _) -> pick(x, Walk.through(shape.sizes(), strides, start.size() * strides[x.shape().axis(axis)]), shape);
            case Pad(int axis, Dim before, Dim _, Scalar value) -> {
                HostArray padded = Sources.filled(value.value(), shape, x.dtype());
                place(x, padded, axis, before.size());
                yield padded;
            }
            case Concat(int axis) -> {
                HostArray joined = Sources.filled(0, shape, x.dtype());
                int start = 0;
                for (HostArray part : in) {
                    place(part, joined, axis, start);
                    start += part.shape().size(axis);
                }
                yield joined;
            }
        };
    }

    static HostArray copy(HostArray x) {
        Object array = Array.newInstance(x.array().getClass().componentType(), x.elements());
        System.arraycopy(x.array(), 0, array, 0, x.elements());
        return new HostArray(x.shape(), x.dtype(), array);
    }

    /** A new array of the elements at {@code positions}. */
    static HostArray pick(HostArray from, int[] positions, Shape shape) {
        Object out = Array.newInstance(from.array().getClass().componentType(), positions.length);
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(from.array(), positions[i], out, i, 1);
        }
        return new HostArray(shape, from.dtype(), out);
    }

    /** Writes {@code part} into {@code whole}, which is new, from {@code start} of {@code axis} on. */
    private static void place(HostArray part, HostArray whole, int axis, int start) {
        int[] strides = whole.shape().strides();
        int[] positions = Walk.through(part.shape().sizes(), strides, start * strides[whole.shape().axis(axis)]);
        for (int i = 0; i < positions.length; i++) {
            System.arraycopy(part.array(), i, whole.array(), positions[i], 1);
        }
    }
}
