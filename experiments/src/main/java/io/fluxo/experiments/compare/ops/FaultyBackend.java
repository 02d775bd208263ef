package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A backend with a fault in one operation: in its results, or in the gradients of its kernel. Where it has no kernel, the composition stands for it. */
public final class FaultyBackend extends DelegatingBackend {

    private final Fault fault;
    private final String operation;
    private final boolean gradient;
    private final double epsilon;
    private boolean wasPlanted;

    FaultyBackend(Backend inner, Fault fault, String operation, boolean gradient, double epsilon) {
        super("faulty", inner);
        this.fault = fault;
        this.operation = operation;
        this.gradient = gradient;
        this.epsilon = epsilon;
    }

    /** Whether anything has run that the fault has a place in. */
    boolean wasPlanted() {
        return wasPlanted;
    }

    private boolean isMeant(Op op) {
        return op.name().equals(operation);
    }

    private Tensor[] planted(Execution right) {
        Optional<Tensor[]> wrong = fault.in(right, epsilon);
        wasPlanted |= wrong.isPresent();
        return wrong.orElseGet(right::results);
    }

    private Tensor[] outputs(Op op, Tensor... inputs) {
        Execution right = Execution.of(inner, op, inputs, Optional.empty());
        return isMeant(op) && !gradient ? planted(right) : right.results();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return outputs(op, inputs)[0];
    }

    @Override
    public boolean fuses(FusedOp op) {
        return isMeant(op) || super.fuses(op);
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return isMeant(op) ? new Fused(outputs(op, inputs)[0]) : super.runFused(op, save, inputs);
    }

    /** A fault is in what the operation returns: nothing of a wrong one is handed out. */
    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return isMeant(op) ? Optional.empty() : super.runShowing(op, wanted, inputs);
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor seed) {
        if (!isMeant(op)) {
            return super.backward(op, inputs, forward, seed);
        }
        Execution right = Execution.of(inner, op, inputs, Optional.of(seed));
        return gradient ? planted(right) : right.results();
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor seed, Tensor sum) {
        Tensor[] gradients = backward(op, inputs, forward, seed);
        gradients[0] = new Ops(inner).add(sum, gradients[0]);
        return gradients;
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return outputs(op, inputs);
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return inputs.stream().map(one -> update(op, one)).toList();
    }
}
