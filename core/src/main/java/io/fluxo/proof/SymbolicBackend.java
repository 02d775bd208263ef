package io.fluxo.proof;

import io.fluxo.backend.Backend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Preview;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Runs the unchanged layers on shapes alone, whose sizes may be symbols: what comes out holds for every value of the symbols within the
 * assumptions recorded on the way. Fused operations run as their compositions, which the recorded steps show inside them.
 */
public final class SymbolicBackend implements Backend {

    private final SequencedSet<String> assumptions = new LinkedHashSet<>();
    private final SequencedSet<String> refusals = new LinkedHashSet<>();
    private final ShapeRules rules = new ShapeRules((smaller, larger, why) -> {
        Dim excess = smaller.minus(larger);
        if (excess.minus(Dim.ONE).isNeverNegative()) {
            throw new ShapeMismatchException(Text.format("%s: %s is beyond %s", why, smaller, larger));
        }
        Dim slack = larger.minus(smaller);
        if (!slack.isNeverNegative()) {
            assumptions().add(excess.added() + " ≤ " + slack.added());
        }
    });
    private List<Step> steps = new ArrayList<>();

    private record SymbolicTensor(String name, Shape shape, DType dtype) implements Tensor {
        @Override
        public String toString() {
            return Preview.of(shape, dtype, name.isEmpty() ? "of symbols" : "of symbols, " + name);
        }
    }

    /** A tensor of which only shape and type are known. */
    public Tensor variable(Shape shape, DType dtype) {
        return variable("", shape, dtype);
    }

    /** The same, called {@code name} in derivations. */
    public Tensor variable(String name, Shape shape, DType dtype) {
        return new SymbolicTensor(name, shape, dtype);
    }

    /** Bounds between symbols that the run so far relies on: {@code pos ≤ n_ctx}. */
    public SequencedSet<String> assumptions() {
        return assumptions;
    }

    /** What was tried that has no answer on symbols, whether or not whoever tried went on: reading values back. */
    public SequencedSet<String> refusals() {
        return refusals;
    }

    /** The steps executed since the last call of this method. */
    public List<Step> takeSteps() {
        List<Step> taken = List.copyOf(steps);
        steps.clear();
        return taken;
    }

    @Override
    public String name() {
        return "symbolic";
    }

    @Override
    public String toString() {
        return name();
    }

    @Override
    public Set<DType> dtypes() {
        return Set.of(DType.values());
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Tensor result = new SymbolicTensor("", rules.shape(op, inputs), ShapeRules.dtype(op, inputs));
        record(op, result, List.of(), inputs);
        return result;
    }

    /** Every one, as its composition. */
    @Override
    public boolean fuses(FusedOp op) {
        return true;
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        Shape promised = rules.shape(op, inputs);
        List<Step> outside = steps;
        steps = new ArrayList<>();
        Tensor result = op.compose(new Ops(this), inputs);
        List<Step> inside = steps;
        steps = outside;
        if (!result.shape().equals(promised)) {
            throw new IllegalStateException(Text.format("%s promises %s, but its composition gives %s", op.name(), promised, result.shape()));
        }
        record(op, result, inside, inputs);
        return new Fused(result);
    }

    private void record(Op op, Tensor result, List<Step> inside, Tensor... inputs) {
        List<String> operands = Arrays.stream(inputs).map(input -> (named(input) + " " + Step.shape(input.shape())).strip()).toList();
        steps.add(new Step(op.name(), operands, result.shape(), inside));
    }

    private static String named(Tensor tensor) {
        return tensor instanceof SymbolicTensor symbolic ? symbolic.name() : "";
    }

    @Override
    public Tensor upload(HostArray values) {
        return variable(values.shape(), values.dtype());
    }

    @Override
    public HostArray download(Tensor tensor) {
        String refusal = Text.format("a symbolic tensor %s has no values", tensor.shape());
        refusals.add(refusal);
        throw new IllegalStateException(refusal);
    }

    @Override
    public TensorScope openScope() {
        return UnownedScope.INSTANCE;
    }

    @Override
    public void close() {
        // shapes hold no memory
    }
}
