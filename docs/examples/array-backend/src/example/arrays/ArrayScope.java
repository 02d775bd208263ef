package example.arrays;

import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;

/** Owns tensors until it closes. Memory is the garbage collector's; closing marks the tensors as dead. */
final class ArrayScope implements TensorScope {

    private final ArrayMemory memory;
    private final ArrayScope outer;
    private boolean closed;

    /** @param outer the enclosing scope; null for the backend's own */
    ArrayScope(ArrayMemory memory, ArrayScope outer) {
        this.memory = memory;
        this.outer = outer;
    }

    ArrayMemory memory() {
        return memory;
    }

    ArrayScope outer() {
        return outer;
    }

    boolean isClosed() {
        return closed;
    }

    /** One scope outwards; a tensor that an enclosing scope owns stays there. */
    @Override
    public <T extends Tensor> T keep(T tensor) {
        ArrayTensor kept = memory.own("keep", tensor);
        for (ArrayScope at = kept.owner(); at != null; at = at.outer) {
            if (at == this) {
                kept.moveTo(outer);
            }
        }
        return tensor;
    }

    @Override
    public void close() {
        if (!closed) {
            memory.leave(this);
            closed = true;
        }
    }
}
