package io.fluxo.autodiff;

import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The derivative of every primitive: given inputs, output and g = ∂L/∂output, ∂L/∂input for each input. Null where an input has no
 * derivative.
 */
final class VjpRules {

    private VjpRules() {}

    private static final Tensor NONE = null;

    /** Whether gradients flow through {@code op} at all. */
    static boolean isDifferentiable(PrimitiveOp op) {
        return switch (op) {
            case Comparison _, Logical _, ArgMax _, Source _, StopGradient _ -> false;
            case Cast(DType to) -> to.isFloating();
            case Unary _, Binary _, Where _, Reduction _, MatMul _, Movement _, Gather _, ScatterAdd _ -> true;
        };
    }

    static Tensor[] pullBack(Ops ops, PrimitiveOp op, Tensor[] in, Tensor y, Tensor g) {
        Tensor x = in.length > 0 ? in[0] : null;
        return switch (op) {
            case Neg _ -> one(ops.neg(g));
            case Exp _ -> one(ops.mul(g, y));                                                        // e^x
            case Log _ -> one(ops.div(g, x));                                                        // 1/x
            case Sqrt _ -> one(ops.div(ops.scale(g, 0.5), y));                                       // 1/(2√x)
            case Sin _ -> one(ops.mul(g, ops.cos(x)));
            case Cos _ -> one(ops.neg(ops.mul(g, ops.sin(x))));
            case Tanh _ -> one(ops.mul(g, ops.shift(ops.neg(ops.mul(y, y)), 1)));                    // 1 − tanh²
            case Erf _ -> one(ops.mul(g, ops.scale(ops.exp(ops.neg(ops.mul(x, x))), 2 / Math.sqrt(Math.PI))));
            case Add _ -> two(unbroadcast(ops, g, in[0]), unbroadcast(ops, g, in[1]));
            case Sub _ -> two(unbroadcast(ops, g, in[0]), unbroadcast(ops, ops.neg(g), in[1]));
            case Mul _ -> two(unbroadcast(ops, ops.mul(g, in[1]), in[0]), unbroadcast(ops, ops.mul(g, in[0]), in[1]));
            case Div _ -> two(unbroadcast(ops, ops.div(g, in[1]), in[0]),
                    unbroadcast(ops, ops.neg(ops.div(ops.mul(g, y), in[1])), in[1]));                // −a/b² = −y/b
            case Maximum _ -> {                                                                      // where equal, each takes half
                Tensor half = ops.scale(g, 0.5);
                Tensor zero = ops.zerosLike(g);
                Tensor tie = ops.equal(in[0], in[1]);
                yield two(unbroadcast(ops, ops.where(tie, half, ops.where(ops.less(in[1], in[0]), g, zero)), in[0]),
                        unbroadcast(ops, ops.where(tie, half, ops.where(ops.less(in[0], in[1]), g, zero)), in[1]));
            }
            case Where _ -> {
                Tensor zero = ops.zerosLike(g);
                yield new Tensor[] {NONE, unbroadcast(ops, ops.where(in[0], g, zero), in[1]), unbroadcast(ops, ops.where(in[0], zero, g), in[2])};
            }
            case Sum sum -> one(ops.expand(kept(ops, sum, x, g), x.shape()));
            case Max max -> {                                                                        // the largest share alike
                Tensor largest = ops.equal(x, kept(ops, max, x, y));
                Tensor share = ops.cast(largest, x.dtype());
                Tensor count = ops.sum(share, max.axes().stream().mapToInt(Integer::intValue).toArray());
                yield one(ops.where(largest, ops.div(kept(ops, max, x, g), count), ops.zerosLike(g)));
            }
            case MatMul matMul -> matMul(ops, matMul, in[0], in[1], g);
            case SplitAxis(int axis, Dim _, Dim _) -> one(ops.mergeAxes(g, x.shape().axis(axis)));
            case MergeAxes(int axis) -> {
                int at = x.shape().axis(axis);
                yield one(ops.splitAxis(g, at, x.dim(at), x.dim(at + 1)));
            }
            case Permute(List<Integer> order) -> one(ops.permute(g, inverse(order)));
            case Expand _ -> one(unbroadcast(ops, g, x));
            case Slice(int axis, Dim start, Dim length) ->
                    one(ops.pad(g, axis, start, x.dim(axis).minus(start).minus(length), Scalar.ZERO));
            case Pad(int axis, Dim before, Dim _, Scalar _) -> one(ops.slice(g, axis, before, x.dim(axis)));
            case Concat(int axis) -> {
                Tensor[] parts = new Tensor[in.length];
                Dim start = Dim.of(0);
                for (int i = 0; i < in.length; i++) {
                    parts[i] = ops.slice(g, axis, start, in[i].dim(axis));
                    start = start.plus(in[i].dim(axis));
                }
                yield parts;
            }
            case Gather _ -> two(ops.scatterAdd(in[1], g, in[0].dim(0)), NONE);
            case ScatterAdd _ -> two(NONE, ops.gather(g, in[0]));
            case Cast _ -> one(x.dtype().isFloating() ? ops.cast(g, x.dtype()) : NONE);
            case Comparison _, Logical _, ArgMax _, Source _, StopGradient _ ->
                    throw new IllegalStateException(op.name() + " has no derivative");
        };
    }

    /** y = AB: ∂A = g Bᵀ, ∂B = Aᵀ g, and the same with either side transposed. */
    private static Tensor[] matMul(Ops ops, MatMul op, Tensor a, Tensor b, Tensor g) {
        boolean ta = op.transposeLeft();
        boolean tb = op.transposeRight();
        Tensor rows = a;
        Tensor gradient = g;
        if (a.rank() == 1) {
            rows = ops.unsqueeze(a, 0);
            gradient = ops.unsqueeze(g, 0);
        }
        boolean shared = b.rank() == 2 && rows.rank() > 2;
        Tensor left;
        if (!ta) {
            left = ops.matMul(gradient, b, false, !tb);                              // g Bᵀ, or g B where B came transposed
        } else if (!shared) {
            left = ops.matMul(b, gradient, tb, true);                                // A came transposed: B gᵀ, or Bᵀ gᵀ
        } else {
            left = ops.permute(ops.matMul(gradient, b, false, !tb), swapLast(g.rank()));
        }
        Tensor flatRows = rows;
        Tensor flatGradient = gradient;
        if (shared) {                                                                // one B for all: its gradient sums over the leading axes
            flatRows = flatten(ops, ta ? ops.permute(rows, swapLast(rows.rank())) : rows);
            flatGradient = flatten(ops, gradient);
            ta = false;
        }
        Tensor right = tb ? ops.matMul(flatGradient, flatRows, true, ta) : ops.matMul(flatRows, flatGradient, !ta, false);
        return two(a.rank() == 1 ? ops.squeeze(left, 0) : left, right);
    }

    private static Tensor flatten(Ops ops, Tensor x) {
        Tensor flat = x;
        while (flat.rank() > 2) {
            flat = ops.mergeAxes(flat, 0);
        }
        return flat;
    }

    private static int[] swapLast(int rank) {
        int[] order = IntStream.range(0, rank).toArray();
        order[rank - 1] = rank - 2;
        order[rank - 2] = rank - 1;
        return order;
    }

    private static int[] inverse(List<Integer> order) {
        int[] inverse = new int[order.size()];
        for (int i = 0; i < inverse.length; i++) {
            inverse[order.get(i)] = i;
        }
        return inverse;
    }

    /** A reduction's output with the reduced axes back, of size 1. */
    private static Tensor kept(Ops ops, Reduction op, Tensor input, Tensor output) {
        if (op.keep()) {
            return output;
        }
        Tensor kept = output;
        Shape shape = input.shape();
        for (int axis : op.axes().stream().mapToInt(shape::axis).sorted().toArray()) {
            kept = ops.unsqueeze(kept, axis);
        }
        return kept;
    }

    /** Sums {@code g} over the axes along which {@code input} was stretched. */
    private static Tensor unbroadcast(Ops ops, Tensor g, Tensor input) {
        Shape from = input.shape();
        int extra = g.rank() - from.rank();
        Tensor sum = extra == 0 ? g : ops.sumOver(g, IntStream.range(0, extra).toArray());
        int[] stretched = IntStream.range(0, from.rank()).filter(axis -> !from.dim(axis).equals(g.dim(axis + extra))).toArray();
        return stretched.length == 0 ? sum : ops.sum(sum, stretched);
    }

    private static Tensor[] one(Tensor gradient) {
        return new Tensor[] {gradient};
    }

    private static Tensor[] two(Tensor first, Tensor second) {
        return new Tensor[] {first, second};
    }
}
