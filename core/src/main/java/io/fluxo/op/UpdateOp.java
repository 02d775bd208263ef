package io.fluxo.op;

import io.fluxo.shape.Scalar;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;

/**
 * Operations that replace state. They have no gradient, and they take over their first {@link #donated} inputs: the outputs, in the same
 * order, stand in their place. What changes from step to step is an input, never a field, so that a recorded step can be replayed.
 */
public sealed interface UpdateOp extends Op {

    /** How many leading inputs are taken over; as many outputs come back. */
    int donated();

    /** The update in terms of other operations. */
    Tensor[] compose(Ops ops, Tensor... inputs);

    /** Inputs (sum, x): sum + x. */
    record Accumulate() implements UpdateOp {
        @Override
        public int donated() {
            return 1;
        }

        @Override
        public Tensor[] compose(Ops ops, Tensor... in) {
            return new Tensor[] {ops.add(in[0], in[1])};
        }
    }

    /** Inputs (x, y) of one shape and type, any type: y in the place of x. */
    record Assign() implements UpdateOp {
        @Override
        public int donated() {
            return 1;
        }

        @Override
        public Tensor[] compose(Ops ops, Tensor... in) {
            return new Tensor[] {ops.stopGradient(in[1])};
        }
    }

    /**
     * By how much gradients are scaled to a norm of at most {@code limit}, all together: 1 where it is not larger, else limit/norm. Inputs (factor [], and
     * any number of gradients): the factor in the place of the former one. Backends that compute on the host add up squares in double precision, element
     * after element ({@link HostArray#sumOfSquares}), and the sums by {@link #factor}.
     */
    record ClipFactor(double limit) implements UpdateOp {
        @Override
        public int donated() {
            return 1;
        }

        @Override
        public Tensor[] compose(Ops ops, Tensor... in) {
            Tensor squares = ops.zerosLike(in[0]);
            for (int i = 1; i < in.length; i++) {
                squares = ops.add(squares, ops.sumAll(ops.mul(in[i], in[i])));
            }
            Tensor norm = ops.sqrt(squares);
            Tensor most = ops.constantLike(norm, Scalar.of(limit));
            Tensor within = ops.or(ops.less(norm, most), ops.equal(norm, most));
            return new Tensor[] {ops.where(within, ops.constantLike(norm, Scalar.ONE), ops.div(most, norm))};
        }

        /** The factor for gradients on the host. */
        public double factor(List<HostArray> gradients) {
            return factor(gradients.stream().mapToDouble(HostArray::sumOfSquares).toArray());
        }

        /** The factor, from the gradients' sums of squares: what rounding took from a sum is given back to the next (Kahan 1965). */
        public double factor(double[] squares) {
            double sum = 0;
            double lost = 0;
            double plain = 0;
            for (double next : squares) {
                double owed = next - lost;
                double grown = sum + owed;
                lost = grown - sum - owed;
                sum = grown;
                plain += next;
            }
            sum -= lost;
            double norm = Math.sqrt(Double.isNaN(sum) && Double.isInfinite(plain) ? plain : sum);
            return norm <= limit ? 1 : limit / norm;
        }
    }

    /** Gradient descent, w ← w − lr·(g + decay·w). Inputs (w, g, rates [3] = (lr, …)). */
    record SgdStep(double decay) implements UpdateOp {
        @Override
        public int donated() {
            return 1;
        }

        @Override
        public Tensor[] compose(Ops ops, Tensor... in) {
            Tensor gradient = decay == 0 ? in[1] : ops.add(in[1], ops.scale(in[0], decay));
            return new Tensor[] {ops.sub(in[0], ops.mul(gradient, ops.element(in[2], 0)))};
        }
    }

    /**
     * Adam (Kingma and Ba 2015, algorithm 1) in PyTorch's order of operations: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
     * w ← w − (lr/c₁) · m/(√v/√c₂ + ε). Inputs (w, m, v, g, rates [3] = (lr, c₁ = 1 − β₁ᵗ, c₂ = 1 − β₂ᵗ)).
     *
     * @param decay     weight decay
     * @param decoupled false: decay·w is added to the gradient; true: w is first scaled by 1 − lr·decay (AdamW, Loshchilov and Hutter 2019)
     */
    record AdamStep(double beta1, double beta2, double eps, double decay, boolean decoupled) implements UpdateOp {
        @Override
        public int donated() {
            return 3;
        }

        @Override
        public Tensor[] compose(Ops ops, Tensor... in) {
            Tensor w = in[0];
            Tensor lr = ops.element(in[4], 0);
            Tensor gradient = in[3];
            if (decay != 0 && decoupled) {
                w = ops.mul(w, ops.shift(ops.scale(lr, -decay), 1));
            } else if (decay != 0) {
                gradient = ops.add(gradient, ops.scale(w, decay));
            }
            Tensor m = ops.add(ops.scale(in[1], beta1), ops.scale(gradient, 1 - beta1));
            Tensor v = ops.add(ops.scale(in[2], beta2), ops.scale(ops.mul(gradient, gradient), 1 - beta2));
            Tensor rate = ops.div(lr, ops.element(in[4], 1));
            Tensor root = ops.sqrt(ops.element(in[4], 2));
            Tensor step = ops.div(m, ops.shift(ops.div(ops.sqrt(v), root), eps));
            return new Tensor[] {ops.sub(w, ops.mul(step, rate)), m, v};
        }
    }
}
