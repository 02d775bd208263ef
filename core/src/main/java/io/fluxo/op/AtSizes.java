package io.fluxo.op;

import io.fluxo.op.PrimitiveOp.*;
import java.util.Map;

/** Operations over symbolic sizes, at sizes that are numbers. */
public final class AtSizes {

    private AtSizes() {}

    /**
     * {@code op} where the symbols have these sizes.
     *
     * @param sizes symbol → size
     */
    public static PrimitiveOp of(PrimitiveOp op, Map<String, Long> sizes) {
        return switch (op) {
            case SplitAxis(int axis, var outer, var inner) -> new SplitAxis(axis, outer.at(sizes), inner.at(sizes));
            case Expand(var shape) -> new Expand(shape.at(sizes));
            case Slice(int axis, var start, var length) -> new Slice(axis, start.at(sizes), length.at(sizes));
            case Pad(int axis, var before, var after, var value) -> new Pad(axis, before.at(sizes), after.at(sizes), value.at(sizes));
            case ScatterAdd(var rows) -> new ScatterAdd(rows.at(sizes));
            case Constant(var value, var shape, var dtype) -> new Constant(value.at(sizes), shape.at(sizes), dtype);
            case Iota(int axis, var shape, var dtype) -> new Iota(axis, shape.at(sizes), dtype);
            case RandomUniform(var shape, var dtype) -> new RandomUniform(shape.at(sizes), dtype);
            case Unary _, Binary _, Comparison _, Logical _, Where _, Reduction _, ArgMax _, MatMul _, MergeAxes _, Permute _, Concat _, Gather _, Cast _,
                    StopGradient _ -> op;
        };
    }

    /** The same of a fused operation. */
    public static FusedOp of(FusedOp op, Map<String, Long> sizes) {
        return switch (op) {
            case FusedOp.Attention(var mask, var scale, boolean bias) -> new FusedOp.Attention(mask, scale.at(sizes), bias);
            case FusedOp.Linear _, FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.LayerNorm _, FusedOp.RmsNorm _,
                    FusedOp.Rotate _, FusedOp.CrossEntropy _, FusedOp.Dropout _ -> op;
        };
    }
}
