package io.fluxo.experiments.compare.model;

import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.ops.Single;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.proof.UnownedScope;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Runs a model operation by operation, each on the exact results of those before it: what one operation gets wrong does not reach the next. Each is also run on
 * the backend under test, and compared.
 */
final class StepwiseBackend implements Backend {

    private final Backend tested;
    private final DType dtype;
    private final Backend exact;
    private final BiConsumer<Single, CompareRow> seen;

    /**
     * @param tested opened for {@code dtype}
     * @param seen   is told of each operation
     */
    StepwiseBackend(Backend tested, DType dtype, Backend exact, BiConsumer<Single, CompareRow> seen) {
        this.tested = tested;
        this.dtype = dtype;
        this.exact = exact;
        this.seen = seen;
    }

    private record Held(HostArray values) implements Tensor {
        @Override
        public Shape shape() {
            return values.shape();
        }

        @Override
        public DType dtype() {
            return values.dtype();
        }
    }

    private Tensor run(Op op, Tensor... inputs) {
        Single single = new Single(op, Arrays.stream(inputs).map(this::download).toList());
        seen.accept(single, single.on(tested, dtype, exact));
        return new Held(single.exactly(dtype, exact));
    }

    @Override
    public String name() {
        return "stepwise(" + tested.name() + ")";
    }

    @Override
    public Set<DType> dtypes() {
        return tested.dtypes();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return run(op, inputs);
    }

    /** Where the backend cannot even be asked, the operation is run by itself, and what it throws is told there. */
    @Override
    public boolean fuses(FusedOp op) {
        try {
            return tested.fuses(op);
        } catch (RuntimeException | LinkageError _) {
            return true;
        }
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return new Fused(run(op, inputs));
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        throw new IllegalStateException(op.name() + " replaces state; a forward pass has no updates");
    }

    @Override
    public Tensor upload(HostArray values) {
        return new Held(values);
    }

    @Override
    public HostArray download(Tensor tensor) {
        return ((Held) tensor).values();
    }

    @Override
    public TensorScope openScope() {
        return UnownedScope.INSTANCE;
    }

    @Override
    public void close() {
        // what is tested is its owner's
    }
}
