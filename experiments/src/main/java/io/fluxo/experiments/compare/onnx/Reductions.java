package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Several axes to none, or to size 1. */
final class Reductions {

    private Reductions() {}

    static Map<String, Operator> table() {
        return Map.ofEntries(
                Map.entry("ReduceSum", of(1, call -> over(call, 13, Reductions::sum))),
                Map.entry("ReduceMean", of(1, call -> over(call, 18, Reductions::mean))),
                Map.entry("ReduceMax", of(1, call -> over(call, 18, Reductions::max))),
                Map.entry("ReduceMin", of(1, call -> over(call, 18, Reductions::min))),
                Map.entry("ReduceL1", of(1, call -> over(call, 18, (ops, x, axes) -> sum(ops, Elementwise.absolute(ops, x), axes)))),
                Map.entry("ReduceL2", of(1, call -> over(call, 18, (ops, x, axes) -> ops.sqrt(sum(ops, ops.mul(x, x), axes))))),
                Map.entry("ReduceSumSquare", of(1, call -> over(call, 18, (ops, x, axes) -> sum(ops, ops.mul(x, x), axes)))),
                Map.entry("ReduceLogSum", of(1, call -> over(call, 18, (ops, x, axes) -> ops.log(sum(ops, x, axes))))),
                Map.entry("ReduceLogSumExp", of(1, call -> over(call, 18, Reductions::logSumExp))),
                Map.entry("ArgMax", of(1, call -> index(call, call.in(0)))),
                Map.entry("ArgMin", of(1, call -> index(call, Elementwise.reversed(call.ops(), call.in(0))))));
    }

    /** Reduces {@code axes}, which stay with size 1. */
    @FunctionalInterface
    private interface Reduction {
        Tensor reduce(Ops ops, Tensor x, List<Integer> axes);
    }

    /** @param asInput the version as of which axes are an input instead of an attribute */
    private static Tensor over(Call call, long asInput, Reduction reduction) {
        Tensor x = call.in(0);
        Optional<long[]> given = call.opset() < asInput ? call.wholes("axes") : call.wholes(1);
        boolean keep = call.flag("keepdims", true);
        boolean none = call.flag("noop_with_empty_axes", false);
        boolean all = given.isEmpty() || given.get().length == 0;
        List<Integer> axes = all
                ? IntStream.range(0, none ? 0 : x.rank()).boxed().toList()
                : Arrays.stream(given.get()).mapToObj(axis -> Shapes.axis(call, axis, x.rank())).distinct().toList();
        Tensor reduced = reduction.reduce(call.ops(), x, axes);
        return keep ? reduced : Shapes.reshape(call.ops(), reduced, IntStream.range(0, x.rank()).filter(axis -> !axes.contains(axis)).map(x.shape()::size).toArray());
    }

    private static Tensor sum(Ops ops, Tensor x, List<Integer> axes) {
        return axes.isEmpty() ? x : ops.engine().execute(new PrimitiveOp.Sum(axes, true), x);
    }

    private static Tensor mean(Ops ops, Tensor x, List<Integer> axes) {
        Tensor count = ops.constantLike(x, Scalar.of(axes.stream().mapToDouble(axis -> x.dim(axis).size()).reduce(1, (a, b) -> a * b)));
        return ops.div(sum(ops, x, axes), count);
    }

    private static Tensor max(Ops ops, Tensor x, List<Integer> axes) {
        if (x.dtype() == DType.BOOL) {
            return ops.cast(sum(ops, ops.cast(x, DType.I32), axes), DType.BOOL);   // whether any is true; none of no elements is
        }
        return axes.isEmpty() ? x : ops.engine().execute(new PrimitiveOp.Max(axes, true), x);
    }

    private static Tensor min(Ops ops, Tensor x, List<Integer> axes) {
        return x.dtype() == DType.BOOL
                ? ops.not(max(ops, ops.not(x), axes))
                : Elementwise.reversed(ops, max(ops, Elementwise.reversed(ops, x), axes));
    }

    /** log Σ e^x = m + log Σ e^(x−m), with m the largest x, or 0 where that is not finite. */
    private static Tensor logSumExp(Ops ops, Tensor x, List<Integer> axes) {
        Tensor largest = max(ops, x, axes);
        Tensor finite = ops.less(Elementwise.absolute(ops, largest), ops.constantLike(largest, Scalar.of(Double.POSITIVE_INFINITY)));
        Tensor reference = ops.where(finite, largest, ops.zerosLike(largest));
        return ops.add(reference, ops.log(sum(ops, ops.exp(ops.sub(x, reference)), axes)));
    }

    /** The index of the first largest value, or of the last. */
    private static Tensor index(Call call, Tensor x) {
        Ops ops = call.ops();
        int axis = Shapes.axis(call, call.whole("axis", 0), x.rank());
        boolean keep = call.flag("keepdims", true);
        Tensor first = call.flag("select_last_index", false) ? last(ops, x, axis) : ops.argMax(x, axis);
        Tensor index = ops.cast(first, DType.I64);
        return keep ? Shapes.reshape(ops, index, x.shape().with(axis, Dim.ONE)) : index;
    }

    private static Tensor last(Ops ops, Tensor x, int axis) {
        Tensor positions = ops.iota(axis, x.shape(), DType.I32);
        Tensor largest = ops.equal(x, ops.max(x, axis));
        Tensor index = ops.max(ops.where(largest, positions, ops.constantLike(positions, Scalar.of(-1))), axis);
        return Shapes.reshape(ops, index, x.shape().without(axis));
    }
}
