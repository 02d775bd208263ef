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
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Runs a model operation by operation, forward and in reverse, each on the exact results of those before it: what one operation gets wrong does not reach the next.
 * Each is also run on the backend under test, and compared.
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

    private List<HostArray> run(Single single) {
        Single.Compared compared = single.compared(tested, dtype, exact);
        seen.accept(single, compared.row());
        return compared.exact();
    }

    private Tensor result(Op op, Tensor... inputs) {
        return new Held(run(new Single(op, downloaded(inputs))).getFirst());
    }

    private List<HostArray> downloaded(Tensor... tensors) {
        return Arrays.stream(tensors).map(this::download).toList();
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
        return result(op, inputs);
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
        return new Fused(result(op, inputs));
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        return reversed(op, inputs, new Single.Reverse(download(gradient), Optional.empty()));
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        return reversed(op, inputs, new Single.Reverse(download(gradient), Optional.of(download(sum))));
    }

    private Tensor[] reversed(FusedOp op, Tensor[] inputs, Single.Reverse reverse) {
        Iterator<HostArray> gradients = run(new Single(op, downloaded(inputs), Optional.of(reverse))).iterator();
        return Arrays.stream(inputs).map(input -> input.dtype().isFloating() ? new Held(gradients.next()) : null).toArray(Tensor[]::new);
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return run(new Single(op, downloaded(inputs))).stream().map(Held::new).toArray(Tensor[]::new);
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
