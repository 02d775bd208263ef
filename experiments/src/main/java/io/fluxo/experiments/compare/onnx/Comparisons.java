package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/** Comparisons, truth values, and changes of type. */
final class Comparisons {

    private Comparisons() {}

    static Map<String, Operator> table() {
        return Map.ofEntries(
                Map.entry("Less", of(7, call -> call.ops().less(call.in(0), call.in(1)))),
                Map.entry("Greater", of(7, call -> call.ops().less(call.in(1), call.in(0)))),
                Map.entry("LessOrEqual", of(12, call -> atMost(call.ops(), call.in(0), call.in(1)))),
                Map.entry("GreaterOrEqual", of(12, call -> atMost(call.ops(), call.in(1), call.in(0)))),
                Map.entry("Equal", of(7, call -> equal(call.ops(), call.in(0), call.in(1)))),
                Map.entry("And", of(7, call -> call.ops().and(call.in(0), call.in(1)))),
                Map.entry("Or", of(7, call -> call.ops().or(call.in(0), call.in(1)))),
                Map.entry("Xor", of(7, call -> call.ops().not(same(call.ops(), call.in(0), call.in(1))))),
                Map.entry("Not", of(1, call -> call.ops().not(call.in(0)))),
                Map.entry("IsNaN", of(9, call -> call.ops().not(call.ops().equal(call.in(0), call.in(0))))),
                Map.entry("IsInf", of(10, Comparisons::infinite)),
                Map.entry("Where", of(9, call -> call.ops().where(call.in(0), call.in(1), call.in(2)))),
                Map.entry("Cast", of(9, Comparisons::cast)),
                Map.entry("CastLike", of(15, Comparisons::castLike)));
    }

    private static Tensor atMost(Ops ops, Tensor a, Tensor b) {
        return ops.or(ops.less(a, b), ops.equal(a, b));
    }

    private static Tensor equal(Ops ops, Tensor a, Tensor b) {
        return a.dtype() == DType.BOOL ? same(ops, a, b) : ops.equal(a, b);
    }

    /** Whether two truth values are the same. */
    private static Tensor same(Ops ops, Tensor a, Tensor b) {
        return ops.or(ops.and(a, b), ops.not(ops.or(a, b)));
    }

    private static Tensor infinite(Call call) {
        Ops ops = call.ops();
        Tensor x = call.in(0);
        Tensor never = ops.constant(Scalar.ZERO, DType.BOOL);
        Tensor above = call.flag("detect_positive", true) ? ops.equal(x, ops.constantLike(x, Scalar.of(Double.POSITIVE_INFINITY))) : never;
        Tensor below = call.flag("detect_negative", true) ? ops.equal(x, ops.constantLike(x, Scalar.NEGATIVE_INFINITY)) : never;
        return ops.expand(ops.or(above, below), x.shape());
    }

    private static Tensor cast(Call call) {
        call.ignore("saturate", "round_mode");   // only types that Fluxo does not have are saturated
        long code = call.whole("to", 0);
        ElementType type = ElementType.of(code).orElseThrow(() -> call.bad("casts to the type " + code + ", which is none"));
        DType dtype = type.dtype().orElseThrow(() -> Types.unknown(type, "what Cast makes"));
        Types.requireComputed(call.ops().backend(), dtype, "what Cast makes");
        return call.ops().cast(call.in(0), dtype);
    }

    private static Tensor castLike(Call call) {
        call.ignore("saturate", "round_mode");
        return call.ops().cast(call.in(0), call.in(1).dtype());
    }
}
