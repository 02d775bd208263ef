package io.fluxo.bound;

import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * For each primitive, how errors of its inputs come out of it, and what its own rounding adds: running error analysis (Wilkinson 1963; Higham 2002, section
 * 3.3). x and y are exact, the computed ones are within their errors; sums may be taken in any order, and products with or without fused multiply-adds.
 */
final class ErrorRules {

    private static final double INFINITE = Double.POSITIVE_INFINITY;

    /** |d erf/dx| ≤ 2/√π. */
    private static final double STEEPEST_ERF = 1.1283791670955126;

    private final Ops ops;
    private final ErrorMath math;

    ErrorRules(Ops ops) {
        this.ops = ops;
        math = new ErrorMath(ops);
    }

    /** Adds to {@code error} what one rounding to {@code dtype} may: {@code units} of |z|. Infinite where the type overflows. */
    Tensor rounded(DType dtype, Tensor z, Tensor error, double units) {
        Rounding rounding = Rounding.of(dtype);
        Tensor size = ops.add(math.abs(z), error);
        return within(dtype, z, error, size, ops.add(ops.scale(size, units * rounding.unit()), math.number(rounding.tiny())));
    }

    /** {@code errors} and what rounding adds of its own, of a result whose computation meets numbers up to {@code sizes}; infinite where the type overflows. */
    private Tensor within(DType dtype, Tensor z, Tensor errors, Tensor sizes, Tensor own) {
        Tensor all = ops.add(errors, ops.where(math.finite(z), own, math.number(0)));
        Tensor overflows = ops.and(ops.less(math.number(Rounding.of(dtype).largest()), ops.add(sizes, own)), math.finite(z));
        return math.known(ops.where(overflows, math.number(INFINITE), all));
    }

    Tensor unary(Unary op, DType dtype, Tensor x, Tensor z, Tensor ex) {
        return switch (op) {
            case Neg _ -> ex;
            case Exp _ -> rounded(dtype, z, math.times(z, math.times(ops.exp(ex), ex)), Rounding.FUNCTION);
            case Log _ -> rounded(dtype, z, quotient(ex, ops.sub(x, ex)), Rounding.FUNCTION);
            case Sqrt _ -> rounded(dtype, z, quotient(ex, ops.add(math.finitePart(z), ops.sqrt(ops.sub(math.finitePart(x), math.finitePart(ex))))), 1);
            case Sin _, Cos _ -> rounded(dtype, ops.where(math.finite(z), math.number(1), z), math.least(ex, math.number(2)), Rounding.CIRCULAR);
            case Tanh _ -> rounded(dtype, z, math.least(ex, math.number(2)), Rounding.FUNCTION);
            case Erf _ -> rounded(dtype, z, math.least(ops.scale(ex, STEEPEST_ERF), math.number(2)), Rounding.FUNCTION);
        };
    }

    /** e/d where d is above 0; 0 where e is 0; else infinite. */
    private Tensor quotient(Tensor e, Tensor d) {
        Tensor bounded = ops.where(ops.less(math.number(0), d), ops.div(e, d), math.number(INFINITE));
        return ops.where(ops.equal(e, math.number(0)), math.number(0), bounded);
    }

    Tensor binary(Binary op, DType dtype, Tensor x, Tensor y, Tensor z, Tensor ex, Tensor ey) {
        return switch (op) {
            case Add _, Sub _ -> rounded(dtype, z, ops.add(ex, ey), 1);
            case Mul _ -> rounded(dtype, z, ops.add(ops.add(math.times(math.abs(x), ey), math.times(math.abs(y), ex)), math.times(ex, ey)), 1);
            case Div _ -> rounded(dtype, z, quotient(ops.add(ex, math.times(math.abs(z), ey)), ops.sub(math.abs(y), ey)), 1);
            case Maximum _ -> ops.maximum(ex, ey);
        };
    }

    /** Infinite where the errors of x and y leave open how they compare. */
    Tensor comparison(Tensor x, Tensor y, Tensor ex, Tensor ey, Shape shape) {
        Tensor together = ops.add(ex, ey);
        Tensor apart = ops.less(together, math.abs(ops.sub(x, y)));
        return math.unknownWhere(ops.and(math.some(together), ops.not(apart)), shape);
    }

    Tensor where(Tensor then, Tensor otherwise, Tensor condition, Tensor ec, Tensor et, Tensor eo) {
        Tensor chosen = ops.where(condition, et, eo);
        Tensor other = ops.where(ops.equal(then, otherwise), math.number(0), math.known(math.abs(ops.sub(then, otherwise))));
        return ops.where(math.some(ec), ops.add(other, ops.maximum(et, eo)), chosen);
    }

    Tensor sum(Sum op, DType dtype, Tensor x, Tensor z, Tensor ex) {
        long terms = 1;
        for (int axis : op.axes()) {
            terms *= x.dim(axis).size();
        }
        Tensor errors = ops.engine().execute(op, ex);
        Tensor sizes = ops.engine().execute(op, ops.add(math.finitePart(math.abs(x)), ex));
        return accumulated(dtype, z, errors, sizes, Math.max(terms - 1, 0));
    }

    /** What {@code roundings} additions of terms whose sizes add up to {@code sizes} leave, in any order. */
    private Tensor accumulated(DType dtype, Tensor z, Tensor errors, Tensor sizes, long roundings) {
        Rounding rounding = Rounding.of(dtype);
        return within(dtype, z, errors, sizes, ops.add(math.times(sizes, math.number(rounding.gamma(roundings))), math.number(roundings * rounding.tiny())));
    }

    Tensor product(MatMul op, DType dtype, Tensor a, Tensor b, Tensor z, Tensor ea, Tensor eb) {
        Products products = products(op, a, b, ea, eb);
        return accumulated(dtype, z, products.errors, products.sizes, a.dim(op.transposeLeft() ? -2 : -1).size());
    }

    /** Sums of products: errors that come out of the factors' errors, and the sizes of the products together. */
    private record Products(Tensor errors, Tensor sizes) {}

    private Products products(MatMul op, Tensor a, Tensor b, Tensor ea, Tensor eb) {
        Tensor sizesA = math.finitePart(math.abs(a));
        Tensor sizesB = ops.add(math.finitePart(math.abs(b)), eb);
        return new Products(ops.add(ops.engine().execute(op, sizesA, eb), ops.engine().execute(op, ea, sizesB)), ops.engine().execute(op, ops.add(sizesA, ea), sizesB));
    }

    /** xW + b as one sum of K + 1 terms. */
    Tensor linear(DType dtype, Tensor x, Tensor w, Tensor b, Tensor z, Tensor ex, Tensor ew, Tensor eb) {
        Products products = products(new MatMul(false, false), x, w, ex, ew);
        return accumulated(dtype, z, ops.add(products.errors, eb), ops.add(products.sizes, ops.add(math.finitePart(math.abs(b)), eb)), x.dim(-1).size() + 1L);
    }

    /** Infinite where rounding decides which element is the largest. A tie of exact numbers is open to nobody: the first of them it is. */
    Tensor argMax(ArgMax op, Tensor x, Tensor ex) {
        Tensor atLeast = ops.max(ops.sub(x, ex), op.axis());
        Tensor candidates = ops.not(ops.less(ops.add(x, ex), atLeast));
        Tensor several = ops.less(math.number(1), ops.sumOver(ops.cast(candidates, DType.F64), op.axis()));
        Tensor inexact = ops.sumOver(ops.cast(ops.and(candidates, math.some(ex)), DType.F64), op.axis());
        return math.unknownWhere(ops.and(several, math.some(inexact)), several.shape());
    }

    Tensor gather(Tensor ex, Tensor indices, Tensor ei) {
        Tensor rows = ops.gather(ex, indices);
        Tensor doubt = ei;
        while (doubt.rank() < rows.rank()) {
            doubt = ops.unsqueeze(doubt, -1);
        }
        return ops.add(rows, doubt);
    }

    Tensor scatterAdd(ScatterAdd op, DType dtype, Tensor indices, Tensor x, Tensor z, Tensor ex, Tensor ei) {
        Tensor errors = ops.engine().execute(op, indices, ex);
        Tensor sizes = ops.engine().execute(op, indices, ops.add(math.finitePart(math.abs(x)), ex));
        Tensor own = accumulated(dtype, z, errors, sizes, Math.max(indices.shape().elements() - 1L, 0));
        return ops.add(own, ops.engine().execute(new Max(IntStream.range(0, ei.rank()).boxed().toList(), false), ei));
    }

    Tensor constant(Constant op) {
        return ops.constant(op.dtype().isFloating() ? held(op.dtype(), op.value()) : Scalar.ZERO, op.shape(), DType.F64);
    }

    /** How far {@code number} is from what {@code dtype} holds of it. */
    Scalar held(DType dtype, Scalar number) {
        double value = number.value();
        return Double.isFinite(value) ? Scalar.of(Math.abs(value - Rounding.held(dtype, value))) : Scalar.ZERO;
    }

    Tensor cast(DType from, DType to, Tensor x, Tensor z, Tensor ex) {
        if (to == DType.BOOL) {
            return math.unknownWhere(ops.and(math.some(ex), ops.not(ops.less(ex, math.abs(x)))), x.shape());
        }
        if (!to.isFloating()) {
            Tensor low = ops.cast(ops.sub(x, ex), DType.I64);
            Tensor high = ops.cast(ops.add(x, ex), DType.I64);
            return from.isFloating() ? math.unknownWhere(ops.not(ops.equal(low, high)), x.shape()) : ex;
        }
        if (from == DType.BOOL) {
            return ops.where(math.some(ex), math.number(1), math.zeros(x.shape()));
        }
        return Rounding.of(to).unit() > Rounding.of(from).unit() || !from.isFloating() ? rounded(to, z, ex, 1) : ex;
    }
}
