package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** Runs operations as their compositions, in which some primitives are wrong. */
abstract class FaultyPrimitives extends DelegatingBackend {

    private boolean hasBeenWrong;

    FaultyPrimitives(Backend inner) {
        super("faulty primitives", inner);
    }

    /** The wrong result of {@code op}; empty where there is nothing to get wrong. */
    abstract Optional<Tensor> wrong(PrimitiveOp op, Tensor... inputs);

    /** Whether any primitive gave a wrong result so far. */
    final boolean hasBeenWrong() {
        return hasBeenWrong;
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        Optional<Tensor> wrong = wrong(op, inputs);
        hasBeenWrong |= wrong.isPresent();
        return wrong.orElseGet(() -> inner.execute(op, inputs));
    }

    @Override
    public boolean fuses(FusedOp op) {
        return false;
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return op.compose(new Ops(this), inputs);
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return inputs.stream().map(one -> update(op, one)).toList();
    }
}
