package io.fluxo.cpu.ejml;

import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;

/**
 * A scope of tensors. Each tensor names its scope as its owner: closing sets one flag, and the garbage collector frees tensors without references.
 */
final class EjmlScope implements TensorScope {

    private final EjmlBackend backend;
    private final EjmlScope outer;
    private boolean closed;

    /** @param outer the enclosing scope; null for the backend's own */
    EjmlScope(EjmlBackend backend, EjmlScope outer) {
        this.backend = backend;
        this.outer = outer;
    }

    EjmlBackend backend() {
        return backend;
    }

    EjmlScope outer() {
        return outer;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public <T extends Tensor> T keep(T tensor) {
        EjmlTensor kept = backend.own("keep", tensor);
        if (kept.owner().isWithin(this)) {
            kept.moveTo(outer);
        }
        return tensor;
    }

    /** Whether this is {@code scope} or opened inside it: a tensor of an enclosing scope needs no keeping. */
    private boolean isWithin(EjmlScope scope) {
        for (EjmlScope at = this; at != null; at = at.outer) {
            if (at == scope) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        if (!closed) {
            backend.leave(this);
            closed = true;
        }
    }
}
