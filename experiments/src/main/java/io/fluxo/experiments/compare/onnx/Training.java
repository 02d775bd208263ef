package io.fluxo.experiments.compare.onnx;

import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Map;

/**
 * Optimizer steps. Inputs are the rate, the number of steps so far, and then all parameters, all gradients, and for each state all of its tensors; outputs
 * are the parameters and states.
 */
final class Training {

    private Training() {}

    static Map<String, Operator> table() {
        String domain = "ai.onnx.preview.training.";
        return Map.of(
                domain + "Adagrad", new Operator(1, call -> each(call, 1, Training::adagrad)),
                domain + "Adam", new Operator(1, call -> each(call, 2, Training::adam)),
                domain + "Momentum", new Operator(1, call -> each(call, 1, Training::momentum)));
    }

    /**
     * What one parameter's step is computed from.
     *
     * @param rate   learning rate
     * @param count  number of steps so far
     * @param x      the parameter
     * @param g      its gradient
     * @param states of this parameter
     */
    private record Step(Call call, double rate, double count, Tensor x, Tensor g, Tensor[] states) {

        private Ops ops() {
            return call.ops();
        }

        /** The gradient of the loss and of the penalty norm_coefficient·x²/2. */
        private Tensor regularized() {
            double penalty = call.real("norm_coefficient", 0);
            return ops().add(g, ops().scale(x, penalty));
        }

        /** What a step reads besides: the rate, and Adam's corrections. */
        private Tensor rates(double lr, double first, double second) {
            return call.ops().backend().upload(HostArray.of(Shape.of(3), x.dtype(), new double[] {lr, first, second}));
        }

        /** x − lr·direction by the update of gradient descent. */
        private Tensor descended(Tensor direction, double lr) {
            return ops().engine().update(new UpdateOp.SgdStep(0), own(x), direction, rates(lr, 1, 1))[0];
        }

        /** The same values for an update to take over: the node's input may be read again. */
        private Tensor own(Tensor value) {
            return ops().scale(value, 1);
        }
    }

    @FunctionalInterface
    private interface Rule {
        /** The new parameter and the new states. */
        Tensor[] apply(Step step);
    }

    private static Tensor[] each(Call call, int states, Rule rule) {
        double rate = call.number(0);
        double count = call.number(1);
        int kinds = 2 + states;
        int parameters = (call.inputs() - 2) / kinds;
        if (parameters < 1 || call.inputs() != 2 + kinds * parameters) {
            throw call.bad("needs a rate, a count, and as many gradients and states as parameters");
        }
        Tensor[] results = new Tensor[(1 + states) * parameters];
        for (int i = 0; i < parameters; i++) {
            Tensor[] state = new Tensor[states];
            for (int s = 0; s < states; s++) {
                state[s] = call.in(2 + (2 + s) * parameters + i);
            }
            Tensor[] made = rule.apply(new Step(call, rate, count, call.in(2 + i), call.in(2 + parameters + i), state));
            for (int s = 0; s < made.length; s++) {
                results[s * parameters + i] = made[s];
            }
        }
        return results;
    }

    /** h ← h + g², x ← x − r/(1 + decay·t) · g/(√h + ε). */
    private static Tensor[] adagrad(Step step) {
        Ops ops = step.ops();
        Tensor g = step.regularized();
        Tensor h = ops.engine().update(new UpdateOp.Accumulate(), step.own(step.states[0]), ops.mul(g, g))[0];
        Tensor direction = ops.div(g, ops.shift(ops.sqrt(h), step.call.real("epsilon", 0)));
        double rate = step.rate / (1 + step.count * step.call.real("decay_factor", 0));
        return new Tensor[] {step.descended(direction, rate), h};
    }

    /** The standard divides by (√v + ε)/√c₂ where Fluxo's update divides by √v/√c₂ + ε: Fluxo is given ε/√c₂. Nothing is corrected before the first step. */
    private static Tensor[] adam(Step step) {
        Call call = step.call;
        double beta1 = call.real("alpha", 0.9);
        double beta2 = call.real("beta", 0.999);
        double first = step.count > 0 ? 1 - Math.pow(beta1, step.count) : 1;
        double second = step.count > 0 ? 1 - Math.pow(beta2, step.count) : 1;
        UpdateOp op = new UpdateOp.AdamStep(beta1, beta2, call.real("epsilon", 1e-6) / Math.sqrt(second), call.real("norm_coefficient", 0), false);
        Tensor[] made = step.ops().engine().update(op, step.own(step.x), step.own(step.states[0]), step.own(step.states[1]), step.g,
                step.rates(step.rate, first, second));
        return new Tensor[] {step.ops().scale(made[0], 1 - call.real("norm_coefficient_post", 0)), made[1], made[2]};
    }

    /** v ← αv + βg with β = 1 at the first step; x ← x − r·v, or with Nesterov's look ahead x ← x − r·(g + αv). */
    private static Tensor[] momentum(Step step) {
        Ops ops = step.ops();
        double alpha = step.call.real("alpha", 0);
        double beta = step.call.real("beta", 0);
        String mode = step.call.word("mode", "standard");
        Tensor g = step.regularized();
        Tensor v = ops.add(ops.scale(step.states[0], alpha), ops.scale(g, step.count > 0 ? beta : 1));
        Tensor direction = switch (mode) {
            case "standard" -> v;
            case "nesterov" -> ops.add(g, ops.scale(v, alpha));
            default -> throw step.call.bad("has the mode " + Shown.name(mode) + "; it is 'standard' or 'nesterov'");
        };
        return new Tensor[] {step.descended(direction, step.rate), v};
    }
}
