package io.fluxo.experiments.compare.model;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A backend that does without its own code for some operations: a fused one runs as its composition, any other on the reference. */
final class Fallback extends DelegatingBackend {

    private final Set<String> without;
    private final Backend reference;

    /**
     * @param without   names of operations
     * @param reference computes in the inner backend's type
     */
    Fallback(Backend inner, Set<String> without, Backend reference) {
        super("without " + String.join(", ", without), inner);
        this.without = without;
        this.reference = reference;
    }

    private boolean replaces(Op op) {
        return without.contains(op.name());
    }

    @Override
    public boolean fuses(FusedOp op) {
        return !replaces(op) && inner.fuses(op);
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return replaces(op) ? onReference(in -> new Tensor[] {reference.execute(op, in)}, inputs)[0] : inner.execute(op, inputs);
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return replaces(op) ? onReference(in -> reference.update(op, in), inputs) : inner.update(op, inputs);
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return replaces(op) ? inputs.stream().map(one -> update(op, one)).toList() : inner.updateAll(op, inputs);
    }

    /** A kernel that adds to a sum by itself may do so by the update that is replaced. */
    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        UpdateOp addition = new UpdateOp.Accumulate();
        if (!replaces(addition)) {
            return inner.backwardOnto(op, inputs, forward, gradient, sum);
        }
        Tensor[] gradients = inner.backward(op, inputs, forward, gradient);
        gradients[0] = update(addition, sum, gradients[0])[0];
        return gradients;
    }

    private Tensor[] onReference(UnaryOperator<Tensor[]> run, Tensor... inputs) {
        try (TensorScope _ = reference.openScope()) {
            Tensor[] in = Arrays.stream(inputs).map(inner::download).map(reference::upload).toArray(Tensor[]::new);
            return Arrays.stream(run.apply(in)).map(reference::download).map(inner::upload).toArray(Tensor[]::new);
        }
    }
}
