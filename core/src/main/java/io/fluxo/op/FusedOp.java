package io.fluxo.op;

import io.fluxo.shape.Dim;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.Tensor;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Operations a backend may have a kernel for. {@link #compose} is the specification: the kernel must agree with it in values and gradients,
 * proofs and second derivatives go through it, and it is what runs where there is no kernel.
 */
public sealed interface FusedOp extends Op {

    /** The operation in terms of others. */
    Tensor compose(Ops ops, Tensor... inputs);

    /** A value inside a composition, by what it is; in the order in which a composition computes them. */
    enum Inside {
        /** √(σ² + ε), of a norm. */
        SCALE,
        /** A norm's result before gain and bias. */
        NORMALIZED,
        /** Attention's scores under the mask, before the softmax. */
        SCORES,
        /** Attention's weights. */
        PATTERN
    }

    /** Is asked for each value inside a composition, and may look at it or put another in its place. */
    @FunctionalInterface
    interface Inspector {

        /**
         * @param value computes the value, and those inside it that it depends on; one that is not computed is not asked for either
         * @return the value to continue with: what {@code value} gives, or another of the same shape
         */
        Tensor at(Inside place, Supplier<Tensor> value);
    }

    /** An operation that has values inside it which can be shown: its composition shows them, and a kernel may hand them out beside its result. */
    sealed interface Inspectable extends FusedOp {

        /** The values inside it, and their shapes. */
        Map<Inside, Shape> inside(Tensor... inputs);

        /** The composition, shown to {@code inspector}. */
        Tensor compose(Ops ops, Inspector inspector, Tensor... inputs);

        @Override
        default Tensor compose(Ops ops, Tensor... inputs) {
            return compose(ops, (_, value) -> value.get(), inputs);
        }
    }

    /** Which positions a query may attend to. With n queries and m keys, query i stands at position i + m − n. */
    enum Mask { BIDIRECTIONAL, CAUSAL }

    /** Which of a head's 2m features are turned together. */
    enum Pairs {
        /** 2i and 2i + 1. */
        NEIGHBOURS,
        /** i and i + m. */
        HALVES
    }

    /** Inputs (x [… in], W [in out], and b [out] where {@code bias}): y = xW + b. */
    record Linear(boolean bias) implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor product = ops.matMul(in[0], in[1]);
            return bias ? ops.add(product, in[2]) : product;
        }
    }

    /** max(x, 0); the derivative at 0 is 0. NaN stays NaN. */
    record Relu() implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor x = in[0];
            Tensor zero = ops.zerosLike(x);
            return ops.where(ops.or(ops.less(x, zero), ops.equal(x, zero)), zero, x);
        }
    }

    /**
     * x·Φ(x) (Hendrycks and Gimpel 2016), exact or by the approximation ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
     *
     * @param tanh whether to approximate
     */
    record Gelu(boolean tanh) implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor x = in[0];
            Tensor gate = tanh
                    ? ops.tanh(ops.scale(ops.add(x, ops.scale(ops.mul(ops.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI)))
                    : ops.erf(ops.scale(x, Math.sqrt(0.5)));
            return ops.scale(ops.mul(x, ops.shift(gate, 1)), 0.5);
        }
    }

    /** e^x / Σ e^x along the last axis. A row of −∞ alone gives zeros. */
    record Softmax() implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor x = in[0];
            Tensor largest = ops.stopGradient(ops.max(x, -1));
            Tensor nothing = ops.constantLike(largest, Scalar.NEGATIVE_INFINITY);
            Tensor reference = ops.where(ops.equal(largest, nothing), ops.zerosLike(largest), largest);
            Tensor e = ops.exp(ops.sub(x, reference));
            Tensor total = ops.sum(e, -1);
            Tensor empty = ops.equal(total, ops.zerosLike(total));
            Tensor divisor = ops.where(empty, ops.constantLike(total, Scalar.ONE), total);
            return ops.where(empty, ops.zerosLike(e), ops.div(e, divisor));
        }
    }

    /** x − log Σ e^x along the last axis. */
    record LogSoftmax() implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor shifted = ops.sub(in[0], ops.stopGradient(ops.max(in[0], -1)));
            return ops.sub(shifted, ops.log(ops.sum(ops.exp(shifted), -1)));
        }
    }

    /**
     * (x − μ)/√(σ² + ε) over the last axis, σ² the mean squared deviation (Ba, Kiros and Hinton 2016). Inputs (x [… d], and gain [d],
     * bias [d] where {@code affine}).
     */
    record LayerNorm(double eps, boolean affine) implements Inspectable {
        @Override
        public Map<Inside, Shape> inside(Tensor... in) {
            return insideNorm(in[0]);
        }

        @Override
        public Tensor compose(Ops ops, Inspector inspector, Tensor... in) {
            Tensor normalized = inspector.at(Inside.NORMALIZED, () -> {
                Tensor centred = ops.sub(in[0], ops.mean(in[0], -1));
                return ops.div(centred, inspector.at(Inside.SCALE, () -> rootMeanSquare(ops, centred, eps)));
            });
            return affine ? ops.add(ops.mul(normalized, in[1]), in[2]) : normalized;
        }
    }

    /** x/√(mean x² + ε) over the last axis (Zhang and Sennrich 2019). Inputs (x [… d], and gain [d] where {@code affine}). */
    record RmsNorm(double eps, boolean affine) implements Inspectable {
        @Override
        public Map<Inside, Shape> inside(Tensor... in) {
            return insideNorm(in[0]);
        }

        @Override
        public Tensor compose(Ops ops, Inspector inspector, Tensor... in) {
            Tensor normalized = inspector.at(Inside.NORMALIZED, () -> ops.div(in[0], inspector.at(Inside.SCALE, () -> rootMeanSquare(ops, in[0], eps))));
            return affine ? ops.mul(normalized, in[1]) : normalized;
        }
    }

    /** √(mean x² + ε) over the last axis, which stays with size 1. */
    private static Tensor rootMeanSquare(Ops ops, Tensor x, double eps) {
        return ops.sqrt(ops.shift(ops.mean(ops.mul(x, x), -1), eps));
    }

    private static Map<Inside, Shape> insideNorm(Tensor x) {
        return Map.of(Inside.SCALE, x.shape().with(x.rank() - 1, Dim.ONE), Inside.NORMALIZED, x.shape());
    }

    /**
     * softmax(scale · QKᵀ + bias)V for each head (Vaswani et al. 2017, eq. 1). Inputs (q [batch n head d_head], k [batch m head d_head],
     * v [batch m head d_v], and a bias that broadcasts to [batch head n m] where {@code bias}) → [batch n head d_v]. Forbidden positions
     * score −∞, so that their weight is exactly 0; a query without any permitted position gets 0.
     */
    record Attention(Mask mask, Scalar scale, boolean bias) implements Inspectable {
        @Override
        public Map<Inside, Shape> inside(Tensor... in) {
            Shape all = Shape.of(in[0].dim(0), in[0].dim(2), in[0].dim(1), in[1].dim(1)); // [batch head n m]
            return Map.of(Inside.SCORES, all, Inside.PATTERN, all);
        }

        @Override
        public Tensor compose(Ops ops, Inspector inspector, Tensor... in) {
            Tensor pattern = inspector.at(Inside.PATTERN, () -> ops.softmax(inspector.at(Inside.SCORES, () -> scores(ops, in))));
            return weighted(ops, pattern, in[2]);
        }

        /** The masked scores [batch head n m], before the softmax. */
        public Tensor scores(Ops ops, Tensor... in) {
            Tensor q = ops.permute(in[0], 0, 2, 1, 3);
            Tensor k = ops.permute(in[1], 0, 2, 1, 3);
            Tensor scores = ops.scale(ops.matMul(q, k, false, true), scale);
            if (bias) {
                scores = ops.add(scores, in[3]);
            }
            return masked(ops, scores);
        }

        /** Scores [batch head n m], −∞ where the mask forbids. */
        public Tensor masked(Ops ops, Tensor scores) {
            return switch (mask) {
                case BIDIRECTIONAL -> scores;
                case CAUSAL -> ops.where(permitted(ops, scores.dim(2), scores.dim(3)), scores, ops.constant(Scalar.NEGATIVE_INFINITY, scores.dtype()));
            };
        }

        /** The values [batch m head d_v] under {@code pattern} [batch head n m] → [batch n head d_v]. */
        public Tensor weighted(Ops ops, Tensor pattern, Tensor values) {
            return ops.permute(ops.matMul(pattern, ops.permute(values, 0, 2, 1, 3)), 0, 2, 1, 3);
        }

        /** [n m]: whether key j ≤ query i, queries standing at the last n of m positions. */
        private static Tensor permitted(Ops ops, Dim n, Dim m) {
            Shape shape = Shape.of(n, m);
            Tensor query = ops.iota(0, shape, DType.I32);
            if (!n.equals(m)) {
                query = ops.add(query, ops.constant(Scalar.of(m.minus(n)), DType.I32));
            }
            return ops.not(ops.less(query, ops.iota(1, shape, DType.I32)));
        }
    }

    /**
     * The features a and b of each pair become a·cos − b·sin and b·cos + a·sin (rotary positions, Su et al. 2021, eq. 34). Inputs (x [batch n head 2m],
     * and the angles' cos [n m] and sin [n m]) → x's shape. The angles belong to positions and are not trained: no gradient flows to cos and sin.
     *
     * @param pairs which features are a pair
     */
    record Rotate(Pairs pairs) implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor x = in[0];
            Dim m = x.dim(3).over(Dim.of(2));
            Tensor cos = ops.unsqueeze(ops.stopGradient(in[1]), 1);                               // [n 1 m]
            Tensor sin = ops.unsqueeze(ops.stopGradient(in[2]), 1);
            return switch (pairs) {
                case HALVES -> {
                    Tensor a = ops.slice(x, 3, Dim.of(0), m);                                     // [batch n head m]
                    Tensor b = ops.slice(x, 3, m, m);
                    yield ops.concat(3, real(ops, a, b, cos, sin), imaginary(ops, a, b, cos, sin));
                }
                case NEIGHBOURS -> {
                    Tensor split = ops.splitAxis(x, 3, m, Dim.of(2));                             // [batch n head m 2]
                    Tensor a = ops.squeeze(ops.slice(split, 4, Dim.of(0), Dim.ONE), 4);
                    Tensor b = ops.squeeze(ops.slice(split, 4, Dim.ONE, Dim.ONE), 4);
                    Tensor turned = ops.concat(4, ops.unsqueeze(real(ops, a, b, cos, sin), 4), ops.unsqueeze(imaginary(ops, a, b, cos, sin), 4));
                    yield ops.mergeAxes(turned, 3);
                }
            };
        }

        /** a·cos − b·sin. */
        private static Tensor real(Ops ops, Tensor a, Tensor b, Tensor cos, Tensor sin) {
            return ops.sub(ops.mul(a, cos), ops.mul(b, sin));
        }

        /** b·cos + a·sin. */
        private static Tensor imaginary(Ops ops, Tensor a, Tensor b, Tensor cos, Tensor sin) {
            return ops.add(ops.mul(b, cos), ops.mul(a, sin));
        }
    }

    /** −log softmax(logits)[target] for each position, in nats. Inputs (logits [… classes], targets: I32 […]) → […]. A target that names no class is an error. */
    record CrossEntropy() implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor logProbabilities = ops.logSoftmax(in[0]);
            Dim size = in[0].dim(in[0].rank() - 1);
            Tensor named = ops.gather(ops.iota(0, Shape.of(size), in[1].dtype()), in[1]);   // the target itself; an error where it names no class
            Tensor classes = ops.iota(in[0].rank() - 1, in[0].shape(), in[1].dtype());
            Tensor chosen = ops.equal(classes, ops.unsqueeze(named, -1));
            return ops.neg(ops.sumOver(ops.where(chosen, logProbabilities, ops.zerosLike(logProbabilities)), -1));
        }
    }

    /**
     * Each element is dropped with probability {@code rate}, the rest divided by 1 − rate (Srivastava et al. 2014). Inputs (x, key: I64 [2],
     * as {@link PrimitiveOp.RandomUniform} takes it).
     */
    record Dropout(double rate) implements FusedOp {
        @Override
        public Tensor compose(Ops ops, Tensor... in) {
            Tensor draws = ops.randomUniform(in[0].shape(), in[0].dtype(), in[1]);
            Tensor dropped = ops.less(draws, ops.constant(Scalar.of(rate), in[0].dtype()));
            return ops.where(dropped, ops.zerosLike(in[0]), ops.scale(in[0], 1 / (1 - rate)));
        }
    }
}
