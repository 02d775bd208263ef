package io.fluxo.experiments.compare.onnx;

import static io.fluxo.experiments.compare.onnx.Operator.of;

import io.fluxo.op.Ops;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.function.BiFunction;

/** Nonlinearities of networks. */
final class Activations {

    private static final double SELU_ALPHA = 1.67326319217681884765625;
    private static final double SELU_GAMMA = 1.05070102214813232421875;

    private Activations() {}

    static Map<String, Operator> table() {
        return Map.ofEntries(
                Map.entry("Relu", of(6, call -> relu(call.ops(), call.in(0)))),
                Map.entry("Gelu", of(20, Activations::gelu)),
                Map.entry("Tanh", of(6, call -> call.ops().tanh(call.in(0)))),
                Map.entry("Sigmoid", of(6, call -> sigmoid(call.ops(), call.in(0)))),
                Map.entry("Swish", of(24, call -> swish(call.ops(), call.in(0), call.real("alpha", 1)))),
                Map.entry("SwiGLU", of(1, call -> call.ops().mul(swish(call.ops(), call.in(0), call.real("alpha", 1)), call.in(1)))),
                Map.entry("Softplus", of(1, call -> softplus(call.ops(), call.in(0)))),
                Map.entry("Softsign", of(1, call -> softsign(call.ops(), call.in(0)))),
                Map.entry("Mish", of(18, call -> call.ops().mul(call.in(0), call.ops().tanh(softplus(call.ops(), call.in(0)))))),
                Map.entry("LeakyRelu", of(6, call -> below(call, call.ops().scale(call.in(0), call.real("alpha", 0.01))))),
                Map.entry("PRelu", of(9, call -> below(call, call.ops().mul(call.in(0), call.in(1))))),
                Map.entry("Elu", of(6, call -> below(call, exponential(call, call.real("alpha", 1), 1)))),
                Map.entry("Selu", of(6, Activations::selu)),
                Map.entry("Celu", of(12, call -> below(call, exponential(call, call.real("alpha", 1), call.real("alpha", 1))))),
                Map.entry("ThresholdedRelu", of(10, Activations::thresholded)),
                Map.entry("HardSigmoid", of(6, call -> hardSigmoid(call.ops(), call.in(0), call.real("alpha", 0.2), call.real("beta", 0.5)))),
                Map.entry("HardSwish", of(14, call -> call.ops().mul(call.in(0), hardSigmoid(call.ops(), call.in(0), 1.0 / 6, 0.5)))),
                Map.entry("Softmax", of(13, call -> along(call, Ops::softmax))),
                Map.entry("LogSoftmax", of(13, call -> along(call, Ops::logSoftmax))));
    }

    private static Tensor relu(Ops ops, Tensor x) {
        return x.dtype().isFloating() ? ops.relu(x) : ops.maximum(x, ops.zerosLike(x));
    }

    private static Tensor gelu(Call call) {
        return switch (call.word("approximate", "none")) {
            case "none" -> call.ops().gelu(call.in(0));
            case "tanh" -> call.ops().geluTanh(call.in(0));
            case String other -> throw call.bad("approximates by " + Shown.name(other) + "; it is 'none' or 'tanh'");
        };
    }

    /** 1/(1 + e^−x). */
    private static Tensor sigmoid(Ops ops, Tensor x) {
        return Elementwise.reciprocal(ops, ops.shift(ops.exp(ops.neg(x)), 1));
    }

    private static Tensor swish(Ops ops, Tensor x, double alpha) {
        return ops.mul(x, sigmoid(ops, ops.scale(x, alpha)));
    }

    /** log(1 + e^x), by way of max(x, 0) + log(1 + e^−|x|), in which nothing overflows. */
    private static Tensor softplus(Ops ops, Tensor x) {
        return ops.add(ops.relu(x), ops.log(ops.shift(ops.exp(ops.neg(Elementwise.absolute(ops, x))), 1)));
    }

    private static Tensor softsign(Ops ops, Tensor x) {
        return ops.div(x, ops.shift(Elementwise.absolute(ops, x), 1));
    }

    /** x where it is not below 0, else {@code otherwise}. */
    private static Tensor below(Call call, Tensor otherwise) {
        Tensor x = call.in(0);
        return call.ops().where(call.ops().less(x, call.ops().zerosLike(x)), otherwise, x);
    }

    /** alpha·(e^(x/width) − 1). */
    private static Tensor exponential(Call call, double alpha, double width) {
        return call.ops().scale(call.ops().shift(call.ops().exp(call.ops().scale(call.in(0), 1 / width)), -1), alpha);
    }

    private static Tensor selu(Call call) {
        return call.ops().scale(below(call, exponential(call, call.real("alpha", SELU_ALPHA), 1)), call.real("gamma", SELU_GAMMA));
    }

    private static Tensor thresholded(Call call) {
        Tensor x = call.in(0);
        Tensor threshold = call.ops().constantLike(x, Scalar.of(call.real("alpha", 1)));
        return call.ops().where(call.ops().less(threshold, x), x, call.ops().zerosLike(x));
    }

    /** min(max(alpha·x + beta, 0), 1). */
    private static Tensor hardSigmoid(Ops ops, Tensor x, double alpha, double beta) {
        return Elementwise.minimum(ops, ops.relu(ops.shift(ops.scale(x, alpha), beta)), ops.constantLike(x, Scalar.ONE));
    }

    /** What Fluxo does along the last axis, along the one that the node names. */
    private static Tensor along(Call call, BiFunction<Ops, Tensor, Tensor> last) {
        Tensor x = call.in(0);
        int axis = Shapes.axis(call, call.whole("axis", -1), x.rank());
        return axis == x.rank() - 1
                ? last.apply(call.ops(), x)
                : Shapes.fromLast(call.ops(), last.apply(call.ops(), Shapes.toLast(call.ops(), x, axis)), axis);
    }
}
