package io.fluxo.op;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import java.util.List;

/**
 * The operations every backend must execute. Each has one output; shapes are in {@link ShapeRules}, derivatives in
 * {@code autodiff.VjpRules}. Elementwise operations broadcast: shapes are aligned at their last axis, and an axis of size 1 stretches.
 * Everything else derives from these in {@link Ops}.
 */
public sealed interface PrimitiveOp extends Op {

    /** One floating input, element by element. */
    sealed interface Unary extends PrimitiveOp {}

    record Neg() implements Unary {}

    record Exp() implements Unary {}

    record Log() implements Unary {}

    record Sqrt() implements Unary {}

    record Sin() implements Unary {}

    record Cos() implements Unary {}

    record Tanh() implements Unary {}

    /** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
    record Erf() implements Unary {}

    /** Two inputs of the same type, element by element, broadcast. */
    sealed interface Binary extends PrimitiveOp {}

    record Add() implements Binary {}

    record Sub() implements Binary {}

    record Mul() implements Binary {}

    record Div() implements Binary {}

    /** The larger of two; NaN where one is NaN. */
    record Maximum() implements Binary {}

    /** Two inputs of the same type, broadcast, to truth values. Comparisons with NaN are false. */
    sealed interface Comparison extends PrimitiveOp {}

    record Less() implements Comparison {}

    record Equal() implements Comparison {}

    /** Truth values to truth values. */
    sealed interface Logical extends PrimitiveOp {}

    record And() implements Logical {}

    record Or() implements Logical {}

    record Not() implements Logical {}

    /** Inputs (condition: BOOL, then, otherwise), broadcast: {@code then} where the condition holds. The branch not taken does not matter, NaN included. */
    record Where() implements PrimitiveOp {}

    /** Several axes to none, or to size 1 where {@code keep}. */
    sealed interface Reduction extends PrimitiveOp {
        List<Integer> axes();

        boolean keep();
    }

    /** The sum over {@code axes}; 0 over an empty axis. */
    record Sum(List<Integer> axes, boolean keep) implements Reduction {
        public Sum {
            axes = List.copyOf(axes);
        }
    }

    /** The largest value over {@code axes}; −∞ over an empty axis, NaN where one is NaN. */
    record Max(List<Integer> axes, boolean keep) implements Reduction {
        public Max {
            axes = List.copyOf(axes);
        }
    }

    /** The index (I32) of the first largest value along {@code axis}, which disappears; a NaN is larger than all numbers. */
    record ArgMax(int axis) implements PrimitiveOp {}

    /**
     * The product of the last two axes: [… m k] · [… k n] → [… m n], either side transposed before. Leading axes are equal, or the right side
     * has none and serves all.
     */
    record MatMul(boolean transposeLeft, boolean transposeRight) implements PrimitiveOp {}

    /** Rearranges elements without computing. */
    sealed interface Movement extends PrimitiveOp {}

    /** One axis into two: [… outer·inner …] → [… outer inner …]. */
    record SplitAxis(int axis, Dim outer, Dim inner) implements Movement {}

    /** {@code axis} and the next into one: [… a b …] → [… a·b …]. */
    record MergeAxes(int axis) implements Movement {}

    /** Output axis i is input axis {@code order[i]}. */
    record Permute(List<Integer> order) implements Movement {
        public Permute {
            order = List.copyOf(order);
        }
    }

    /** Broadcasts to {@code shape}. */
    record Expand(Shape shape) implements Movement {}

    /** {@code length} positions of {@code axis}, from {@code start} on. */
    record Slice(int axis, Dim start, Dim length) implements Movement {}

    /** {@code before} and {@code after} positions of {@code value} around {@code axis}. */
    record Pad(int axis, Dim before, Dim after, Scalar value) implements Movement {}

    /** Any number of inputs, one after the other along {@code axis}. */
    record Concat(int axis) implements Movement {}

    /** Inputs (table [rows …], indices: I32 or I64 [i…]): the table's rows at the indices → [i… …]. An index outside 0 … rows − 1 is an error. */
    record Gather() implements PrimitiveOp {}

    /** Inputs (indices [i…], values [i… …]): zeros [rows …] to which each value is added at its index, in the order of the indices. */
    record ScatterAdd(Dim rows) implements PrimitiveOp {}

    /** Makes a tensor out of no floating input. */
    sealed interface Source extends PrimitiveOp {
        Shape shape();

        DType dtype();
    }

    /** {@code value} everywhere. */
    record Constant(Scalar value, Shape shape, DType dtype) implements Source {}

    /** 0, 1, 2 … along {@code axis}. */
    record Iota(int axis, Shape shape, DType dtype) implements Source {}

    /**
     * Uniform on [0, 1). Input: I64 [2], a key's state and a counter c; element n is the key's draw c + n
     * ({@link io.fluxo.random.RandomKey#bits}), its upper 24 (F32) or 53 (F64) bits.
     */
    record RandomUniform(Shape shape, DType dtype) implements Source {}

    /**
     * To another type: to integers truncated, to BOOL as ≠ 0, from BOOL as 0 and 1. A real beyond an integer type becomes its first or last number, NaN 0;
     * an integer keeps its lower bits.
     */
    record Cast(DType to) implements PrimitiveOp {}

    /** The same values, through which no gradient flows. */
    record StopGradient() implements PrimitiveOp {}
}
