package io.fluxo.conformance;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The backend under test, which also notes what it refuses as not written yet ({@link UnsupportedOperationException}), and whether it has a kernel that was
 * asked for. It passes everything on, and goes by the backend's own name.
 */
final class Attempts extends DelegatingBackend {

    private final SequencedSet<String> refused = new LinkedHashSet<>();
    private boolean fused;

    Attempts(Backend inner) {
        super("attempts", inner);
    }

    /** Forgets what was noted. */
    void begin() {
        refused.clear();
        fused = false;
    }

    /** The operations that were refused since {@link #begin}. */
    List<String> refused() {
        return List.copyOf(refused);
    }

    /** Whether there was a kernel for a fused operation since {@link #begin}. */
    boolean fused() {
        return fused;
    }

    private <T> T noting(Op op, Supplier<T> attempt) {
        try {
            return attempt.get();
        } catch (UnsupportedOperationException notWritten) {
            refused.add(op.name());
            throw notWritten;
        }
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public Tensor execute(PrimitiveOp op, Tensor... inputs) {
        return noting(op, () -> inner.execute(op, inputs));
    }

    @Override
    public boolean fuses(FusedOp op) {
        boolean has = inner.fuses(op);
        fused |= has;
        return has;
    }

    @Override
    public Fused runFused(FusedOp op, boolean save, Tensor... inputs) {
        return noting(op, () -> inner.runFused(op, save, inputs));
    }

    @Override
    public Optional<Shown> runShowing(FusedOp.Inspectable op, Set<FusedOp.Inside> wanted, Tensor... inputs) {
        return noting(op, () -> inner.runShowing(op, wanted, inputs));
    }

    @Override
    public Tensor[] backward(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient) {
        return noting(op, () -> inner.backward(op, inputs, forward, gradient));
    }

    @Override
    public Tensor[] backwardOnto(FusedOp op, Tensor[] inputs, Fused forward, Tensor gradient, Tensor sum) {
        return noting(op, () -> inner.backwardOnto(op, inputs, forward, gradient, sum));
    }

    @Override
    public Tensor[] update(UpdateOp op, Tensor... inputs) {
        return noting(op, () -> inner.update(op, inputs));
    }

    @Override
    public List<Tensor[]> updateAll(UpdateOp op, List<Tensor[]> inputs) {
        return noting(op, () -> inner.updateAll(op, inputs));
    }

    @Override
    public Routine routine(Supplier<Tensor> step) {
        return inner.routine(step);
    }
}
