package io.fluxo.cuda.torch.inside;

import io.fluxo.op.PrimitiveOp.*;
import io.fluxo.tensor.DType;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Element by element; libtorch broadcasts by itself. */
final class Elementwise {

    private Elementwise() {}

    static Tensor unary(Unary op, Tensor x) {
        return switch (op) {
            case Neg _ -> torch.neg(x);
            case Exp _ -> torch.exp(x);
            case Log _ -> torch.log(x);
            case Sqrt _ -> torch.sqrt(x);
            case Sin _ -> torch.sin(x);
            case Cos _ -> torch.cos(x);
            case Tanh _ -> torch.tanh(x);
            case Erf _ -> erf(x);
        };
    }

    /** libtorch's erf in single precision has an error of 10⁻⁷ wherever it is, so that small results lose their digits: computed in double precision. */
    private static Tensor erf(Tensor x) {
        return torch.erf(x.to(ScalarType.Double)).to(x.scalar_type());
    }

    static Tensor binary(Binary op, DType dtype, Tensor a, Tensor b) {
        return switch (op) {
            case Add _ -> torch.add(a, b);
            case Sub _ -> torch.sub(a, b);
            case Mul _ -> torch.mul(a, b);
            case Div _ when dtype.isFloating() -> torch.div(a, b);
            case Div _ -> torch.div(a, b, new StringViewOptional(new BytePointer("trunc")));
            case Maximum _ -> torch.maximum(a, b);
        };
    }

    static Tensor comparison(Comparison op, Tensor a, Tensor b) {
        return switch (op) {
            case Less _ -> torch.lt(a, b);
            case Equal _ -> torch.eq(a, b);
        };
    }

    static Tensor logical(Logical op, Tensor... in) {
        return switch (op) {
            case And _ -> torch.logical_and(in[0], in[1]);
            case Or _ -> torch.logical_or(in[0], in[1]);
            case Not _ -> torch.logical_not(in[0]);
        };
    }

    /** To another type. What lies beyond an integer type is anything in libtorch. */
    static Tensor cast(Tensor x, DType from, DType to) {
        Tensor cast = from == to ? x.alias() : x.to(Types.of(to));
        if (!from.isFloating() || !to.isInteger()) {
            return cast;
        }
        long first = to == DType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        Tensor upTo = torch.where(torch.ge(x, new Scalar(-(double) first)), new Scalar(-(first + 1)), cast);
        Tensor within = torch.where(torch.lt(x, new Scalar((double) first)), new Scalar(first), upTo);
        return torch.where(torch.isnan(x), new Scalar(0L), within).to(Types.of(to));
    }
}
