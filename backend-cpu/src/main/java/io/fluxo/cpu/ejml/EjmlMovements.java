package io.fluxo.cpu.ejml;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.Walk;
import java.util.List;

/** Rearranges elements. Splitting and merging axes leaves a contiguous array as it is and shares it. */
final class EjmlMovements {

    private EjmlMovements() {}

    static EjmlValues move(Movement op, EjmlTensor[] in, Shape shape) {
        EjmlTensor x = in[0];
        int[] strides = x.shape().strides();
        return switch (op) {
            case SplitAxis _, MergeAxes _ -> x.values();
            case Permute(List<Integer> order) ->
                    x.values().pick(Walk.through(shape.sizes(), order.stream().mapToInt(axis -> strides[x.shape().axis(axis)]).toArray(), 0));
            case Expand _ -> x.values().pick(Walk.broadcast(x.shape(), shape));
            case Slice(int axis, Dim start, Dim _) ->
                    x.values().pick(Walk.through(shape.sizes(), strides, start.size() * strides[x.shape().axis(axis)]));
            case Pad(int axis, Dim before, Dim _, Scalar value) -> {
                EjmlValues padded = x.values().filled(shape.elements(), value.value());
                place(x, padded, shape, axis, before.size());
                yield padded;
            }
            case Concat(int axis) -> {
                EjmlValues joined = x.values().filled(shape.elements(), 0);
                int start = 0;
                for (EjmlTensor part : in) {
                    place(part, joined, shape, axis, start);
                    start += part.shape().size(axis);
                }
                yield joined;
            }
        };
    }

    /** Writes {@code part} into {@code target} of {@code shape}, from position {@code start} of {@code axis} on. */
    private static void place(EjmlTensor part, EjmlValues target, Shape shape, int axis, int start) {
        int[] strides = shape.strides();
        part.values().place(target, Walk.through(part.shape().sizes(), strides, start * strides[shape.axis(axis)]));
    }
}
