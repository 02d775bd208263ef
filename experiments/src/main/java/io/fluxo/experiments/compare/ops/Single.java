package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * One operation on given inputs, by itself.
 *
 * @param op     a primitive or fused operation at known sizes
 * @param inputs in the types that it is run with
 */
public record Single(Op op, List<HostArray> inputs) {

    public Single {
        inputs = List.copyOf(inputs);
        if (!(op instanceof PrimitiveOp) && !(op instanceof FusedOp)) {
            throw new IllegalArgumentException(op.name() + " replaces state; only operations with a result are run by themselves");
        }
    }

    private OperationCase asCase() {
        return new OperationCase(op.name(), "forward", "replayed", inputs, Optional.empty(), op instanceof FusedOp, (backend, in) -> new Tensor[] {run(backend, in)});
    }

    private Tensor run(Backend backend, Tensor[] in) {
        return op instanceof FusedOp fused ? new Ops(backend).fused(fused, in) : backend.execute((PrimitiveOp) op, in);
    }

    /** What comes out without rounding, in {@code dtype} where it is floating. */
    public HostArray exactly(DType dtype, Backend exact) {
        HostArray values = Expectation.bounded(asCase(), dtype, exact).getFirst().values();
        return values.dtype().isFloating() ? HostArray.of(values.shape(), dtype, values.toDoubles().clone()) : values;
    }

    /** Compares {@code backend}, opened for {@code dtype}, with what should come out. */
    public CompareRow on(Backend backend, DType dtype, Backend exact) {
        return new OperationComparison(backend, dtype, exact).compare(asCase());
    }
}
