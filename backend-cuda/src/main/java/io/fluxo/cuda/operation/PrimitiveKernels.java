package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import java.util.List;

/** The launches of each primitive, prepared on its tensors. */
final class PrimitiveKernels {

    private final Elementwise elementwise;
    private final Movements movements;
    private final Reductions reductions;
    private final Indexing indexing;
    private final Products products;

    PrimitiveKernels(Gpu gpu, Elementwise elementwise, Reductions reductions) {
        this.elementwise = elementwise;
        this.reductions = reductions;
        this.movements = new Movements(gpu);
        this.indexing = new Indexing(gpu);
        this.products = new Products(gpu);
    }

    /** {@code y} ← op(in). Views have no kernel. */
    Runnable plan(PrimitiveOp op, GpuTensor[] in, GpuTensor y) {
        return switch (op) {
            case Unary _, Binary _, Comparison _, Logical _, Where _, Cast _ -> elementwise.primitive(op, in, y);
            case Reduction reduction -> reductions.reduce(reduction, in[0], y);
            case ArgMax(int axis) -> reductions.argMax(in[0], in[0].shape().axis(axis), y);
            case MatMul matMul -> products.matMul(matMul, in[0], in[1], y);
            case Permute(List<Integer> order) -> movements.permute(in[0], order, y);
            case Expand _ -> movements.expand(in[0], y);
            case Slice(int axis, Dim start, Dim _) -> movements.slice(in[0], in[0].shape().axis(axis), start.size(), y);
            case Pad(int axis, Dim before, Dim _, Scalar value) -> movements.pad(in[0], in[0].shape().axis(axis), before.size(), value.value(), y);
            case Concat(int axis) -> movements.concat(in, y.shape().axis(axis), y);
            case Gather _ -> indexing.gather(in[0], in[1], y);
            case ScatterAdd _ -> indexing.scatterAdd(in[0], in[1], y);
            case Constant(Scalar value, Shape _, DType _) -> movements.fill(value.value(), y);
            case Iota(int axis, Shape _, DType _) -> movements.iota(y.shape().axis(axis), y);
            case RandomUniform _ -> movements.draws(in[0], y);
            case SplitAxis _, MergeAxes _, StopGradient _ -> throw new IllegalStateException("a view computes nothing");
        };
    }
}
