package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp.Attention;
import io.fluxo.op.FusedOp.LayerNorm;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.RmsNorm;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp.AdamStep;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Ways in which an operation may be wrong to a degree ε, from 0, where it is right, to 1. */
public enum Fault {

    /** Everything is 1 + ε times what it should be. */
    SCALED("all × (1 + ε)") {
        @Override
        Optional<Tensor[]> in(Execution right, double epsilon) {
            return spoilt(right, _ -> true, (ops, result) -> ops.scale(result, 1 + epsilon));
        }
    },

    /** The last element alone is, as where a loop ends too early. */
    LAST_ELEMENT("last element × (1 + ε)") {
        @Override
        Optional<Tensor[]> in(Execution right, double epsilon) {
            return spoilt(right, result -> result.shape().elements() > 0, (ops, result) -> {
                double[] factors = new double[result.shape().elements()];
                Arrays.fill(factors, 1);
                factors[factors.length - 1] = 1 + epsilon;
                return ops.mul(result, right.backend().upload(HostArray.of(result.shape(), result.dtype(), factors)));
            });
        }
    },

    /** Sums, products and maxima of rows inside the operation leave out their last term. */
    LAST_TERM("last term × (1 − ε)") {
        @Override
        Optional<Tensor[]> in(Execution right, double epsilon) {
            return composed(right, backend -> new WithoutLastTerm(backend, epsilon));
        }
    },

    /** The last row under the causal mask that does not see everything sees one key more. */
    MASK_ROW("masked key shown, weight ε") {
        @Override
        Optional<Tensor[]> in(Execution right, double epsilon) {
            return right.op() instanceof Attention(Mask mask, Scalar scale, boolean bias) && mask == Mask.CAUSAL && right.inputs()[0].dim(1).size() > 1
                    ? Optional.of(mixed(right, right.through(withOneKeyMore(scale, bias)), epsilon)) : Optional.empty();
        }
    },

    /** A square gradient comes out transposed. */
    TRANSPOSED("transposed, weight ε") {
        @Override
        Optional<Tensor[]> in(Execution right, double epsilon) {
            return right.seed().isEmpty() ? Optional.empty() : spoilt(right, Fault::isSquare, (ops, gradient) -> mixed(ops, gradient, transposed(ops, gradient), epsilon));
        }
    },

    /** An exponential function that trades digits for speed. */
    FAST_EXP("exp(x) × (1 + εx)") {
        @Override
        Optional<Tensor[]> in(Execution right, double epsilon) {
            return composed(right, backend -> new FastExp(backend, epsilon));
        }
    },

    /** Another constant is added to the variance, or in Adam to the root. */
    WRONG_EPS("eps × (1 + ε)") {
        @Override
        Optional<Tensor[]> in(Execution right, double epsilon) {
            return switch (right.op()) {
                case LayerNorm(double eps, boolean affine) -> Optional.of(right.through(new LayerNorm(eps * (1 + epsilon), affine)).results());
                case RmsNorm(double eps, boolean affine) -> Optional.of(right.through(new RmsNorm(eps * (1 + epsilon), affine)).results());
                case AdamStep(double beta1, double beta2, double eps, double decay, boolean decoupled) ->
                        Optional.of(right.through(new AdamStep(beta1, beta2, eps * (1 + epsilon), decay, decoupled)).results());
                default -> Optional.empty();
            };
        }
    };

    private final String text;

    Fault(String text) {
        this.text = text;
    }

    /** For reports. */
    public String text() {
        return text;
    }

    /** The results with this fault in them; empty where it has no place. */
    abstract Optional<Tensor[]> in(Execution right, double epsilon);

    /** {@code inner} with this fault in the operation called {@code operation}: in its results, or in the gradients of its kernel. */
    public FaultyBackend in(Backend inner, String operation, boolean gradient, double epsilon) {
        return new FaultyBackend(inner, this, operation, gradient, epsilon);
    }

    /** Results that are right, but for those that {@code concerned} chooses. */
    private static Optional<Tensor[]> spoilt(Execution right, Predicate<Tensor> concerned, Spoiling spoil) {
        Tensor[] results = right.results();
        boolean any = false;
        for (int i = 0; i < results.length; i++) {
            if (results[i] != null && results[i].dtype().isFloating() && concerned.test(results[i])) {
                results[i] = spoil.of(right.ops(), results[i]);
                any = true;
            }
        }
        return any ? Optional.of(results) : Optional.empty();
    }

    @FunctionalInterface
    private interface Spoiling {
        Tensor of(Ops ops, Tensor result);
    }

    /** The composition on primitives that are at fault; empty where none of those occurs. */
    private static Optional<Tensor[]> composed(Execution right, Function<Backend, FaultyPrimitives> faulty) {
        FaultyPrimitives primitives = faulty.apply(right.backend());
        Tensor[] results = right.on(primitives).results();
        return primitives.hasBeenWrong() ? Optional.of(results) : Optional.empty();
    }

    static Tensor[] mixed(Execution right, Execution wrong, double epsilon) {
        Tensor[] some = right.results();
        Tensor[] others = wrong.results();
        return IntStream.range(0, some.length).mapToObj(i -> mixed(right.ops(), some[i], others[i], epsilon)).toArray(Tensor[]::new);
    }

    /** (1 − ε)·right + ε·wrong, the bits of {@code right} where both are the same. */
    static Tensor mixed(Ops ops, Tensor right, Tensor wrong, double epsilon) {
        return ops.where(ops.equal(right, wrong), right, ops.add(right, ops.scale(ops.sub(wrong, right), epsilon)));
    }

    private static boolean isSquare(Tensor x) {
        return x.rank() >= 2 && x.dim(-1).equals(x.dim(-2)) && x.dim(-1).size() > 1;
    }

    private static Tensor transposed(Ops ops, Tensor x) {
        int[] order = IntStream.range(0, x.rank()).toArray();
        order[order.length - 1]--;
        order[order.length - 2]++;
        return ops.permute(x, order);
    }

    /** Attention whose mask is given as a bias, with a key in sight that the causal mask hides. */
    private static Computation withOneKeyMore(Scalar scale, boolean bias) {
        return (backend, in) -> {
            Ops ops = new Ops(backend);
            Tensor mask = backend.upload(maskWithOneKeyMore(in[0], in[1]));
            Tensor scores = bias ? ops.add(in[3], mask) : mask;
            return new Tensor[] {ops.attention(in[0], in[1], in[2], scores, Mask.BIDIRECTIONAL, scale)};
        };
    }

    private static HostArray maskWithOneKeyMore(Tensor q, Tensor k) {
        int n = q.dim(1).size();
        int m = k.dim(1).size();
        double[] mask = new double[n * m];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                mask[i * m + j] = j <= i + m - n || i == n - 2 ? 0 : Double.NEGATIVE_INFINITY;
            }
        }
        return HostArray.of(Shape.of(n, m), q.dtype(), mask);
    }
}
