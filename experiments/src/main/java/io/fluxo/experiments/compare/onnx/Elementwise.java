package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;

/** Arithmetic, element by element. */
final class Elementwise {

    private Elementwise() {}

    static Map<String, Operator> table() {
        return Map.ofEntries(
                Map.entry("Add", of(7, call -> call.ops().add(call.in(0), call.in(1)))),
                Map.entry("Sub", of(7, call -> call.ops().sub(call.in(0), call.in(1)))),
                Map.entry("Mul", of(7, call -> call.ops().mul(call.in(0), call.in(1)))),
                Map.entry("Div", of(7, call -> call.ops().div(call.in(0), call.in(1)))),
                Map.entry("Pow", of(7, Elementwise::power)),
                Map.entry("Neg", of(6, call -> negative(call.ops(), call.in(0)))),
                Map.entry("Abs", of(6, call -> absolute(call.ops(), call.in(0)))),
                Map.entry("Sign", of(9, call -> sign(call.ops(), call.in(0)))),
                Map.entry("Reciprocal", of(6, call -> reciprocal(call.ops(), call.in(0)))),
                Map.entry("Exp", of(6, call -> call.ops().exp(call.in(0)))),
                Map.entry("Log", of(6, call -> call.ops().log(call.in(0)))),
                Map.entry("Sqrt", of(6, call -> call.ops().sqrt(call.in(0)))),
                Map.entry("Sin", of(7, call -> call.ops().sin(call.in(0)))),
                Map.entry("Cos", of(7, call -> call.ops().cos(call.in(0)))),
                Map.entry("Erf", of(9, call -> call.ops().erf(call.in(0)))),
                Map.entry("Max", of(8, call -> folded(call, call.ops()::maximum))),
                Map.entry("Min", of(8, call -> folded(call, (a, b) -> minimum(call.ops(), a, b)))),
                Map.entry("Sum", of(8, call -> folded(call, call.ops()::add))),
                Map.entry("Mean", of(8, call -> call.ops().scale(folded(call, call.ops()::add), 1.0 / call.inputs()))),
                Map.entry("Clip", of(6, Elementwise::clip)));
    }

    static Tensor negative(Ops ops, Tensor x) {
        return x.dtype().isFloating() ? ops.neg(x) : ops.sub(ops.zerosLike(x), x);
    }

    static Tensor absolute(Ops ops, Tensor x) {
        return ops.where(ops.less(x, ops.zerosLike(x)), negative(ops, x), x);
    }

    static Tensor reciprocal(Ops ops, Tensor x) {
        return ops.div(ops.constantLike(x, Scalar.ONE), x);
    }

    /** The order of numbers turned round, so that the least is the greatest: −x, or for integers −1 − x, which no integer overflows. */
    static Tensor reversed(Ops ops, Tensor x) {
        return x.dtype().isFloating() ? ops.neg(x) : ops.sub(ops.constantLike(x, Scalar.of(-1)), x);
    }

    /** The smaller of two; NaN where one is NaN. */
    static Tensor minimum(Ops ops, Tensor a, Tensor b) {
        return reversed(ops, ops.maximum(reversed(ops, a), reversed(ops, b)));
    }

    private static Tensor sign(Ops ops, Tensor x) {
        Tensor zero = ops.zerosLike(x);
        Tensor negative = ops.where(ops.less(x, zero), ops.constantLike(x, Scalar.of(-1)), zero);
        return ops.where(ops.less(zero, x), ops.constantLike(x, Scalar.ONE), negative);
    }

    private static Tensor folded(Call call, BinaryOperator<Tensor> two) {
        Tensor result = call.in(0);
        for (int i = 1; i < call.inputs(); i++) {
            result = two.apply(result, call.in(i));
        }
        return result;
    }

    /** Fluxo has no power; small whole exponents are products. */
    private static Tensor power(Call call) {
        Tensor x = call.in(0);
        double exponent = call.in(1).shape().elements() == 1 ? call.number(1) : Double.NaN;
        if (!(exponent >= 1 && exponent <= 8 && exponent == Math.rint(exponent)) || call.in(1).rank() > x.rank()) {
            throw call.unsupported("Fluxo has no power; Pow is evaluated for one exponent out of 1, 2, … 8");
        }
        Tensor result = x;
        for (int i = 1; i < exponent; i++) {
            result = call.ops().mul(result, x);
        }
        return result;
    }

    /** min(max(x, low), high); until version 10 the limits are attributes. */
    private static Tensor clip(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        Optional<Tensor> low = call.opset() < 11 ? limit(call, "min") : call.optional(1);
        Optional<Tensor> high = call.opset() < 11 ? limit(call, "max") : call.optional(2);
        Tensor above = low.map(limit -> ops.maximum(x, limit)).orElse(x);
        return high.map(limit -> minimum(ops, above, limit)).orElse(above);
    }

    private static Optional<Tensor> limit(Call call, String name) {
        DType dtype = call.in(0).dtype();
        return call.attribute(name).map(_ -> call.ops().constant(Scalar.of(call.real(name, 0)), dtype));
    }
}
