package io.fluxo.op;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The shape and type of every operation's result, and what an operation asks of its inputs. One rule per operation, on numbers and on
 * symbols alike; whether a symbolic size stays within another is left to {@link BoundListener}.
 */
public final class ShapeRules {

    /** Decides bounds between numbers: what is beyond is an error. */
    public static final BoundListener KNOWN_BOUNDS = (smaller, larger, why) -> {
        if (!(smaller.isKnown() && larger.isKnown())) {
            throw new ShapeMismatchException(Text.format("%s: whether %s ≤ %s cannot be decided", why, smaller, larger));
        }
        if (smaller.size() > larger.size()) {
            throw new ShapeMismatchException(Text.format("%s: %s is beyond %s", why, smaller, larger));
        }
    };

    /** The rules on known sizes. */
    public static final ShapeRules KNOWN = new ShapeRules(KNOWN_BOUNDS);

    private final BoundListener bounds;

    public ShapeRules(BoundListener bounds) {
        this.bounds = bounds;
    }

    /** Told each bound that an operation relies on. */
    @FunctionalInterface
    public interface BoundListener {
        /** {@code smaller ≤ larger} must hold, for {@code why}. */
        void atMost(Dim smaller, Dim larger, String why);
    }

    /** The shape of a primitive's result; an error where the inputs do not fit. */
    public Shape shape(PrimitiveOp op, Tensor... in) {
        return switch (op) {
            case Unary _ -> in[0].shape();
            case Not _ -> in[0].shape();
            case Binary _, Comparison _, And _, Or _ -> broadcast(op, in[0].shape(), in[1].shape());
            case Where _ -> broadcast(op, in[0].shape(), broadcast(op, in[1].shape(), in[2].shape()));
            case Reduction reduction -> reduced(reduction, in[0].shape());
            case ArgMax(int axis) -> in[0].shape().without(axis);
            case MatMul matMul -> product(matMul, in[0].shape(), in[1].shape());
            case SplitAxis(int axis, Dim outer, Dim inner) -> split(op, in[0].shape(), axis, outer, inner);
            case MergeAxes(int axis) -> merge(op, in[0].shape(), axis);
            case Permute(List<Integer> order) -> permuted(op, in[0].shape(), order);
            case Expand(Shape shape) -> expanded(op, in[0].shape(), shape);
            case Slice(int axis, Dim start, Dim length) -> {
                bounds.atMost(start.plus(length), in[0].dim(axis), op.name() + " of " + in[0].shape());
                bounds.atMost(Dim.of(0), start, op.name() + " of " + in[0].shape());
                bounds.atMost(Dim.of(0), length, op.name() + " of " + in[0].shape());
                yield in[0].shape().with(axis, length.label().isEmpty() ? length.named(in[0].dim(axis).label()) : length);
            }
            case Pad(int axis, Dim before, Dim after, var _) -> {
                bounds.atMost(Dim.of(0), before, op.name() + " of " + in[0].shape());
                bounds.atMost(Dim.of(0), after, op.name() + " of " + in[0].shape());
                yield in[0].shape().with(axis, in[0].dim(axis).plus(before).plus(after));
            }
            case Concat(int axis) -> concatenated(op, axis, in);
            case Gather _ -> in[1].shape().concat(in[0].shape().slice(1, in[0].rank()));
            case ScatterAdd(Dim rows) -> scattered(op, rows, in[0].shape(), in[1].shape());
            case Source source -> source.shape();
            case Cast _, StopGradient _ -> in[0].shape();
        };
    }

    /** The type of a primitive's result; an error where the inputs' types do not fit. */
    public static DType dtype(PrimitiveOp op, Tensor... in) {
        return switch (op) {
            case Unary _ -> floating(op, in[0].dtype());
            case Binary _ -> numeric(op, same(op, in[0].dtype(), in[1].dtype()));
            case Comparison _ -> {
                same(op, in[0].dtype(), in[1].dtype());
                yield DType.BOOL;
            }
            case Logical _ -> {
                for (Tensor tensor : in) {
                    same(op, DType.BOOL, tensor.dtype());
                }
                yield DType.BOOL;
            }
            case Where _ -> {
                same(op, DType.BOOL, in[0].dtype());
                yield same(op, in[1].dtype(), in[2].dtype());
            }
            case Sum _ -> numeric(op, in[0].dtype());
            case Max _ -> in[0].dtype();
            case ArgMax _ -> DType.I32;
            case MatMul _ -> floating(op, same(op, in[0].dtype(), in[1].dtype()));
            case Concat _ -> {
                for (Tensor tensor : in) {
                    same(op, in[0].dtype(), tensor.dtype());
                }
                yield in[0].dtype();
            }
            case Movement _, StopGradient _ -> in[0].dtype();
            case Gather _ -> {
                integer(op, in[1].dtype());
                yield in[0].dtype();
            }
            case ScatterAdd _ -> {
                integer(op, in[0].dtype());
                yield in[1].dtype();
            }
            case RandomUniform random -> {
                same(op, DType.I64, in[0].dtype());
                yield floating(op, random.dtype());
            }
            case Iota iota -> numeric(op, iota.dtype());
            case Source source -> source.dtype();
            case Cast(DType to) -> to;
        };
    }

    /** The shape of a fused operation's result; an error where the inputs do not fit. */
    public Shape shape(FusedOp op, Tensor... in) {
        return switch (op) {
            case FusedOp.Linear(boolean bias) -> {
                Shape product = product(new MatMul(false, false), in[0].shape(), in[1].shape());
                if (bias) {
                    vector(op, in[2].shape(), product.dim(-1));
                }
                yield product;
            }
            case FusedOp.Relu _, FusedOp.Gelu _, FusedOp.Softmax _, FusedOp.LogSoftmax _, FusedOp.Dropout _ -> in[0].shape();
            case FusedOp.LayerNorm(var _, boolean affine) -> {
                if (affine) {
                    vector(op, in[1].shape(), in[0].dim(-1));
                    vector(op, in[2].shape(), in[0].dim(-1));
                }
                yield in[0].shape();
            }
            case FusedOp.RmsNorm(var _, boolean affine) -> {
                if (affine) {
                    vector(op, in[1].shape(), in[0].dim(-1));
                }
                yield in[0].shape();
            }
            case FusedOp.Attention _ -> {
                Shape q = in[0].shape();
                Shape k = in[1].shape();
                Shape v = in[2].shape();
                if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4 || !q.dim(0).equals(k.dim(0)) || !q.dim(0).equals(v.dim(0))
                        || !k.dim(1).equals(v.dim(1)) || !q.dim(2).equals(k.dim(2)) || !q.dim(2).equals(v.dim(2)) || !q.dim(3).equals(k.dim(3))) {
                    throw new ShapeMismatchException(
                            Text.format("attention: q %s, k %s, v %s do not fit [batch n head d_head], [batch m head d_head], [batch m head d_v]", q, k, v));
                }
                yield q.with(3, v.dim(3));
            }
            case FusedOp.Rotate _ -> {
                Shape x = in[0].shape();
                if (x.rank() != 4 || x.dim(3).isKnown() && x.dim(3).size() % 2 != 0) {
                    throw new ShapeMismatchException(Text.format("rotate: x %s is not [batch n head 2m]: features are turned in pairs", x));
                }
                Shape angles = Shape.of(x.dim(1), x.dim(3).over(Dim.of(2)));
                if (!in[1].shape().equals(angles) || !in[2].shape().equals(angles)) {
                    throw new ShapeMismatchException(Text.format("rotate: cos %s and sin %s are not %s, one angle for each position and pair of x %s",
                            in[1].shape(), in[2].shape(), angles, x));
                }
                yield x;
            }
            case FusedOp.CrossEntropy _ -> {
                if (!in[0].shape().without(-1).equals(in[1].shape())) {
                    throw new ShapeMismatchException(Text.format("crossEntropy: targets %s do not name one class for each row of logits %s",
                            in[1].shape(), in[0].shape()));
                }
                yield in[1].shape();
            }
        };
    }

    /** The shape both broadcast to. */
    public static Shape broadcast(Op op, Shape left, Shape right) {
        if (left.equals(right)) {
            return left;
        }
        int rank = Math.max(left.rank(), right.rank());
        Dim[] dims = new Dim[rank];
        for (int i = 1; i <= rank; i++) {
            Dim a = i <= left.rank() ? left.dim(-i) : Dim.ONE;
            Dim b = i <= right.rank() ? right.dim(-i) : Dim.ONE;
            if (!a.equals(b) && !a.equals(Dim.ONE) && !b.equals(Dim.ONE)) {
                throw new ShapeMismatchException(Text.format("%s: left %s and right %s: %s ≠ %s", op.name(), left, right, size(a), size(b)));
            }
            dims[rank - i] = a.equals(Dim.ONE) && (!b.equals(Dim.ONE) || a.label().isEmpty()) ? b : a;
        }
        return Shape.of(dims);
    }

    private static Shape reduced(Reduction op, Shape shape) {
        var axes = new HashSet<Integer>();
        for (int axis : op.axes()) {
            axes.add(shape.axis(axis));
        }
        Shape result = shape;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (axes.contains(axis)) {
                result = op.keep() ? result.with(axis, Dim.ONE) : result.without(axis);
            }
        }
        return result;
    }

    private static Shape product(MatMul op, Shape left, Shape right) {
        if (left.rank() < 1 || right.rank() < 2 || left.rank() < 2 && op.transposeLeft()) {
            throw new ShapeMismatchException(Text.format("matmul: left %s · right %s: too few axes", left, right));
        }
        Dim inner = left.dim(op.transposeLeft() ? -2 : -1);
        Dim rightInner = right.dim(op.transposeRight() ? -1 : -2);
        if (!inner.equals(rightInner)) {
            throw new ShapeMismatchException(Text.format("matmul: left %s%s · right %s%s: %s ≠ %s", left, op.transposeLeft() ? "ᵀ" : "", right,
                    op.transposeRight() ? "ᵀ" : "", size(inner), size(rightInner)));
        }
        if (right.rank() > 2 && !left.slice(0, Math.max(left.rank() - 2, 0)).equals(right.slice(0, right.rank() - 2))) {
            throw new ShapeMismatchException(Text.format("matmul: left %s · right %s: the leading axes differ", left, right));
        }
        Shape result = left.with(-1, right.dim(op.transposeRight() ? -2 : -1));
        return op.transposeLeft() ? result.with(-2, left.dim(-1)) : result;
    }

    private static Shape split(Op op, Shape shape, int axis, Dim outer, Dim inner) {
        int at = shape.axis(axis);
        if (!outer.times(inner).equals(shape.dim(at))) {
            throw new ShapeMismatchException(Text.format("%s: %s of %s is not %s · %s", op.name(), shape.dim(at), shape, outer, inner));
        }
        return shape.slice(0, at).concat(Shape.of(outer, inner)).concat(shape.slice(at + 1, shape.rank()));
    }

    private static Shape merge(Op op, Shape shape, int axis) {
        int at = shape.axis(axis);
        if (at + 1 >= shape.rank()) {
            throw new ShapeMismatchException(Text.format("%s: axis %d of %s has no next axis", op.name(), axis, shape));
        }
        return shape.slice(0, at).concat(Shape.of(shape.dim(at).times(shape.dim(at + 1)))).concat(shape.slice(at + 2, shape.rank()));
    }

    private static Shape permuted(Op op, Shape shape, List<Integer> order) {
        if (!order.stream().sorted().toList().equals(IntStream.range(0, shape.rank()).boxed().toList())) {
            throw new ShapeMismatchException(Text.format("%s: %s is not an order of the axes of %s", op.name(), order, shape));
        }
        return Shape.of(order.stream().map(shape::dim).toList());
    }

    private static Shape expanded(Op op, Shape from, Shape to) {
        if (!broadcast(op, from, to).equals(to)) {
            throw new ShapeMismatchException(Text.format("%s: %s does not stretch to %s", op.name(), from, to));
        }
        return to;
    }

    private static Shape concatenated(Op op, int axis, Tensor... in) {
        Shape result = in[0].shape();
        for (int i = 1; i < in.length; i++) {
            Shape next = in[i].shape();
            if (!next.with(axis, Dim.ONE).equals(result.with(axis, Dim.ONE))) {
                throw new ShapeMismatchException(Text.format("%s: %s and %s differ beside axis %d", op.name(), result, next, axis));
            }
            result = result.with(axis, result.dim(axis).plus(next.dim(axis)));
        }
        return result;
    }

    private static Shape scattered(Op op, Dim rows, Shape indices, Shape values) {
        if (values.rank() < indices.rank() || !values.slice(0, indices.rank()).equals(indices)) {
            throw new ShapeMismatchException(Text.format("%s: values %s do not begin with the indices' axes %s", op.name(), values, indices));
        }
        return Shape.of(rows).concat(values.slice(indices.rank(), values.rank()));
    }

    private static void vector(Op op, Shape shape, Dim size) {
        if (shape.rank() != 1 || !shape.dim(0).equals(size)) {
            throw new ShapeMismatchException(Text.format("%s: a vector of %s is needed, not %s", op.name(), size, shape));
        }
    }

    private static String size(Dim dim) {
        return dim.named("").toString();
    }

    private static DType same(Op op, DType left, DType right) {
        if (left != right) {
            throw new IllegalArgumentException(Text.format("%s: %s and %s differ; types are not promoted, cast one", op.name(), left.label(), right.label()));
        }
        return left;
    }

    private static DType numeric(Op op, DType dtype) {
        if (dtype == DType.BOOL) {
            throw new IllegalArgumentException(Text.format("%s: numbers are needed, not %s", op.name(), dtype.label()));
        }
        return dtype;
    }

    private static DType floating(Op op, DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException(Text.format("%s: a floating type is needed, not %s", op.name(), dtype.label()));
        }
        return dtype;
    }

    private static void integer(Op op, DType dtype) {
        if (!dtype.isInteger()) {
            throw new IllegalArgumentException(Text.format("%s: indices are i32 or i64, not %s", op.name(), dtype.label()));
        }
    }
}
