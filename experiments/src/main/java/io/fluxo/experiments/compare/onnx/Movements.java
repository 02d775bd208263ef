package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Elements under another shape or in another place. */
final class Movements {

    private Movements() {}

    static Map<String, Operator> table() {
        return Map.ofEntries(
                Map.entry("Identity", of(1, call -> call.in(0))),
                Map.entry("Reshape", of(5, Movements::reshape)),
                Map.entry("Flatten", of(1, Movements::flatten)),
                Map.entry("Squeeze", of(1, Movements::squeeze)),
                Map.entry("Unsqueeze", of(1, Movements::unsqueeze)),
                Map.entry("Transpose", of(1, Movements::transpose)),
                Map.entry("Expand", of(8, Movements::expand)),
                Map.entry("Tile", of(6, Movements::tile)),
                Map.entry("Concat", of(4, Movements::concat)),
                Map.entry("Split", new Operator(2, Movements::split)),
                Map.entry("Slice", of(10, Movements::slice)),
                Map.entry("Pad", of(11, Movements::pad)));
    }

    /** 0 stands for the size that was there before, unless zeros are allowed; −1 for what is left over. */
    private static Tensor reshape(Call call) {
        Tensor x = call.in(0);
        long[] asked = call.wholes(1).orElseThrow(() -> call.bad("needs a shape as its input 1"));
        boolean zeros = call.flag("allowzero", false);
        long[] sizes = asked.clone();
        int open = -1;
        long others = 1;
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] == 0 && !zeros) {
                sizes[axis] = x.dim(axis).size();
            }
            if (sizes[axis] == -1) {
                open = axis;
            } else {
                others = Math.multiplyExact(others, sizes[axis]);
            }
        }
        if (open >= 0) {
            sizes[open] = others == 0 ? 0 : x.shape().elements() / others;
        }
        int[] known = Shapes.sizes(call, sizes);
        if (Shape.of(known).elements() != x.shape().elements()) {
            throw call.bad(Text.format("makes %s out of %s, which has another number of elements", Shape.of(known), x.shape()));
        }
        return Shapes.reshape(call.ops(), x, known);
    }

    private static Tensor flatten(Call call) {
        Tensor x = call.in(0);
        long given = call.whole("axis", 1);
        int axis = given == x.rank() ? x.rank() : Shapes.axis(call, given, x.rank());
        return Shapes.rows(call.ops(), x, axis);
    }

    private static Tensor squeeze(Call call) {
        Tensor x = call.in(0);
        Optional<long[]> given = call.opset() < 13 ? call.wholes("axes") : call.wholes(1);
        int[] gone = given.map(axes -> axes(call, axes, x.rank())).orElseGet(() -> IntStream.range(0, x.rank()).filter(axis -> x.dim(axis).size() == 1).toArray());
        if (Arrays.stream(gone).anyMatch(axis -> x.dim(axis).size() != 1)) {
            throw call.bad("removes an axis of " + x.shape() + " whose size is not 1");
        }
        return Shapes.reshape(call.ops(), x, IntStream.range(0, x.rank()).filter(axis -> Arrays.stream(gone).noneMatch(other -> other == axis))
                .map(x.shape()::size).toArray());
    }

    private static Tensor unsqueeze(Call call) {
        Tensor x = call.in(0);
        long[] given = (call.opset() < 13 ? call.wholes("axes") : call.wholes(1)).orElseThrow(() -> call.bad("needs axes"));
        int rank = x.rank() + given.length;
        int[] added = axes(call, given, rank);
        int[] sizes = new int[rank];
        int from = 0;
        for (int axis = 0; axis < rank; axis++) {
            int at = axis;
            boolean isNew = Arrays.stream(added).anyMatch(other -> other == at);
            if (!isNew && from == x.rank()) {
                throw call.bad("adds the same axis twice");
            }
            sizes[axis] = isNew ? 1 : x.dim(from++).size();
        }
        return Shapes.reshape(call.ops(), x, sizes);
    }

    private static int[] axes(Call call, long[] given, int rank) {
        return Arrays.stream(given).mapToInt(axis -> Shapes.axis(call, axis, rank)).toArray();
    }

    private static Tensor transpose(Call call) {
        Tensor x = call.in(0);
        int[] order = call.wholes("perm").map(perm -> axes(call, perm, x.rank())).orElseGet(() -> IntStream.range(0, x.rank()).map(i -> x.rank() - 1 - i).toArray());
        return x.rank() == 0 ? x : call.ops().permute(x, order);
    }

    /** Broadcast both ways: where the shape asked for has size 1, the tensor's own size stays. */
    private static Tensor expand(Call call) {
        Shape asked = Shape.of(Shapes.sizes(call, call.wholes(1).orElseThrow(() -> call.bad("needs a shape as its input 1"))));
        Tensor x = call.in(0);
        return call.ops().expand(x, ShapeRules.broadcast(new PrimitiveOp.Expand(asked), x.shape(), asked));
    }

    private static Tensor tile(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        int[] repeats = Shapes.sizes(call, call.wholes(1).orElseThrow(() -> call.bad("needs repeats as its input 1")));
        if (repeats.length != x.rank()) {
            throw call.bad("needs one number of repeats for each axis of " + x.shape());
        }
        for (int axis = 0; axis < repeats.length; axis++) {
            Tensor single = ops.unsqueeze(x, axis);
            x = ops.mergeAxes(ops.expand(single, single.shape().with(axis, Dim.of(repeats[axis]))), axis);
        }
        return x;
    }

    private static Tensor concat(Call call) {
        Tensor[] parts = IntStream.range(0, call.inputs()).mapToObj(call::in).toArray(Tensor[]::new);
        return call.ops().concat(Shapes.axis(call, call.whole("axis", 0), call.in(0).rank()), parts);
    }

    private static Tensor[] split(Call call) {
        Tensor x = call.in(0);
        int axis = Shapes.axis(call, call.whole("axis", 0), x.rank());
        int size = x.dim(axis).size();
        int parts = (int) Math.clamp(call.whole("num_outputs", call.outputs()), 1, Bounds.NODE_PARTS);
        long most = (size + parts - 1) / parts;
        Optional<long[]> given = call.opset() < 13 ? call.wholes("split") : call.wholes(1);
        long[] lengths = given.orElseGet(() -> IntStream.range(0, parts).mapToLong(i -> Math.clamp(size - i * most, 0, most)).toArray());
        Tensor[] results = new Tensor[lengths.length];
        long start = 0;
        for (int i = 0; i < results.length; i++) {
            results[i] = call.ops().slice(x, axis, Dim.of(start), Dim.of(lengths[i]));
            start += lengths[i];
        }
        return results;
    }

    private static Tensor slice(Call call) {
        Tensor x = call.in(0);
        long[] starts = call.wholes(1).orElseThrow(() -> call.bad("needs starts as its input 1"));
        long[] ends = call.wholes(2).orElseThrow(() -> call.bad("needs ends as its input 2"));
        long[] axes = call.wholes(3).orElseGet(() -> IntStream.range(0, starts.length).asLongStream().toArray());
        long[] steps = call.wholes(4).orElseGet(() -> IntStream.range(0, starts.length).mapToLong(_ -> 1).toArray());
        if (ends.length != starts.length || axes.length != starts.length || steps.length != starts.length) {
            throw call.bad("needs as many ends, axes and steps as starts");
        }
        for (int i = 0; i < starts.length; i++) {
            x = slice(call, x, Shapes.axis(call, axes[i], x.rank()), starts[i], ends[i], steps[i]);
        }
        return x;
    }

    /** Neighbours are a slice; in steps, or backwards, positions are gathered. */
    private static Tensor slice(Call call, Tensor x, int axis, long start, long end, long step) {
        if (step == 0) {
            throw call.bad("slices in steps of 0");
        }
        int size = x.dim(axis).size();
        long first = Math.clamp(start < 0 ? start + size : start, step < 0 ? -1 : 0, step < 0 ? size - 1 : size);
        long beyond = Math.clamp(end < 0 ? end + size : end, step < 0 ? -1 : 0, size);
        long stride = Math.clamp(step, -size - 1, size + 1);
        long length = Math.max(0, (beyond - first + stride - Long.signum(stride)) / stride);
        if (step == 1) {
            return call.ops().slice(x, axis, Dim.of(first), Dim.of(length));
        }
        return Selections.take(call, x, axis, IntStream.range(0, (int) length).mapToLong(i -> first + i * stride).toArray());
    }

    private static Tensor pad(Call call) {
        String mode = call.word("mode", "constant");
        if (!mode.equals("constant")) {
            throw call.unsupported("Fluxo pads with one value; Pad with the mode " + Shown.name(mode) + " is not evaluated");
        }
        Tensor x = call.in(0);
        long[] pads = call.wholes(1).orElseThrow(() -> call.bad("needs pads as its input 1"));
        double value = call.optional(2).isPresent() ? call.number(2) : 0;
        int[] axes = call.wholes(3).map(given -> axes(call, given, x.rank())).orElseGet(() -> IntStream.range(0, x.rank()).toArray());
        if (pads.length != 2 * axes.length) {
            throw call.bad("needs two pads for each axis");
        }
        Tensor padded = x;
        for (int i = 0; i < axes.length; i++) {
            padded = pad(call, padded, axes[i], pads[i], pads[i + axes.length], Scalar.of(value));
        }
        return padded;
    }

    /** A negative pad removes positions. */
    private static Tensor pad(Call call, Tensor x, int axis, long before, long after, Scalar value) {
        if (Math.abs(before) > Bounds.ELEMENTS || Math.abs(after) > Bounds.ELEMENTS) {
            throw call.bad("pads by more than " + Bounds.ELEMENTS);
        }
        Tensor padded = call.ops().pad(x, axis, Dim.of(Math.max(0, before)), Dim.of(Math.max(0, after)), value);
        long length = x.dim(axis).size() + before + after;
        return before >= 0 && after >= 0 ? padded : call.ops().slice(padded, axis, Dim.of(Math.max(0, -before)), Dim.of(length));
    }
}
