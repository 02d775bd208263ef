package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.stream.IntStream;

/** Elements by their index, or by where they stand. */
final class Selections {

    private Selections() {}

    static Map<String, Operator> table() {
        return Map.of(
                "Gather", of(1, Selections::gather),
                "OneHot", of(9, Selections::oneHot),
                "Trilu", of(14, Selections::triangle));
    }

    /** Positions of {@code axis}, which come first for Fluxo's gather and then go where the axis was. */
    private static Tensor gather(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        int axis = Shapes.axis(call, call.whole("axis", 0), x.rank());
        Tensor indices = fromFront(ops, call.in(1), x.dim(axis));
        Tensor rows = ops.gather(Shapes.toFirst(ops, x, axis), indices);                           // [indices… before… after…]
        int chosen = indices.rank();
        int[] order = IntStream.concat(IntStream.range(chosen, chosen + axis),
                IntStream.concat(IntStream.range(0, chosen), IntStream.range(chosen + axis, rows.rank()))).toArray();
        return rows.rank() == 0 ? rows : ops.permute(rows, order);
    }

    /** The positions {@code indices} of {@code axis}. */
    static Tensor take(Call call, Tensor x, int axis, long[] indices) {
        Ops ops = call.ops();
        Tensor uploaded = call.ops().backend().upload(HostArray.of(Shape.of(indices.length), indices));
        Tensor rows = ops.gather(Shapes.toFirst(ops, x, axis), uploaded);
        int[] order = IntStream.range(0, x.rank()).map(i -> i < axis ? i + 1 : i == axis ? 0 : i).toArray();
        return ops.permute(rows, order);
    }

    /** Negative indices count from the end. */
    private static Tensor fromFront(Ops ops, Tensor indices, Dim size) {
        Tensor wrapped = ops.add(indices, ops.constantLike(indices, Scalar.of(size)));
        return ops.where(ops.less(indices, ops.zerosLike(indices)), wrapped, indices);
    }

    /** The second of two values where the class is the one named, else the first. */
    private static Tensor oneHot(Call call) {
        Ops ops = call.ops();
        double depth = call.number(1);
        if (!(depth >= 0 && depth <= Bounds.ELEMENTS)) {
            throw call.bad("asks for " + depth + " classes");
        }
        Dim classes = Dim.of((int) depth);
        Tensor indices = ops.unsqueeze(fromFront(ops, ops.cast(call.in(0), DType.I64), classes), -1);
        Tensor named = ops.equal(indices, ops.iota(0, Shape.of(classes), DType.I64));
        Tensor values = call.in(2);
        Tensor last = ops.where(named, ops.slice(values, 0, Dim.ONE, Dim.ONE), ops.slice(values, 0, Dim.of(0), Dim.ONE));
        return Shapes.fromLast(ops, last, Shapes.axis(call, call.whole("axis", -1), last.rank()));
    }

    /** What stands on or above the k-th diagonal, or on or below it; zeros elsewhere. */
    private static Tensor triangle(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        Shape matrix = x.shape().slice(Math.max(0, x.rank() - 2), x.rank());
        double diagonal = call.optional(1).isPresent() ? call.number(1) : 0;
        double offset = Math.clamp(diagonal, -Bounds.ELEMENTS, Bounds.ELEMENTS);
        Tensor start = ops.add(ops.iota(0, matrix, DType.I32), ops.constant(Scalar.of(offset), DType.I32));
        Tensor column = ops.iota(1, matrix, DType.I32);
        Tensor kept = call.flag("upper", true) ? ops.not(ops.less(column, start)) : ops.not(ops.less(start, column));
        return ops.where(kept, x, ops.zerosLike(x));
    }
}
