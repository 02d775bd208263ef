package io.fluxo.proof;

import io.fluxo.backend.Backend;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.ShapeRules;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.LinkedHashSet;
import java.util.SequencedSet;
import java.util.Set;

/**
 * Runs the unchanged layers on shapes alone, whose sizes may be symbols: what comes out holds for every value of the symbols within the
 * assumptions recorded on the way. Fused operations run as their compositions.
 */
public final class SymbolicBackend implements Backend {

    private final SequencedSet<String> assumptions = new LinkedHashSet<>();
    private final ShapeRules rules = new ShapeRules((smaller, larger, why) -> {
        if (smaller.isKnown() && larger.isKnown()) {
            ShapeRules.KNOWN_BOUNDS.atMost(smaller, larger, why);
        } else if (!smaller.equals(larger) && !smaller.equals(Dim.of(0))) {
            assumptions().add(smaller.named("") + " ≤ " + larger.named(""));
        }
    });

    private record SymbolicTensor(Shape shape, DType dtype) implements Tensor {}

    /** A tensor of which only shape and type are known. */
    public Tensor variable(Shape shape, DType dtype) {
        return new SymbolicTensor(shape, dtype);
    }

    /** Bounds between symbols that the run so far relies on: {@code pos ≤ n_ctx}. */
    public SequencedSet<String> assumptions() {
        return assumptions;
    }

    @Override
    public String name() {
        return "symbolic";
    }

    @Override
    public Set<DType> dtypes() {
        return Set.of(DType.values());
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return new SymbolicTensor(rules.shape(op, inputs), ShapeRules.dtype(op, inputs));
    }

    @Override
    public Tensor upload(HostArray values) {
        return new SymbolicTensor(values.shape(), values.dtype());
    }

    @Override
    public HostArray download(Tensor tensor) {
        throw new IllegalStateException("a symbolic tensor %s has no values".formatted(tensor.shape()));
    }

    @Override
    public TensorScope openScope() {
        return new TensorScope() {
            @Override
            public <T extends Tensor> T keep(T tensor) {
                return tensor;
            }

            @Override
            public void close() {
                // shapes hold no memory
            }
        };
    }

    @Override
    public void close() {
        // shapes hold no memory
    }
}
