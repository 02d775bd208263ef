package io.fluxo.cuda.torch.inside;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.TensorScope;
import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Which scope owns which tensor. Tensors are closed by name, with their scope or before; nothing is left to the garbage collector. */
final class TorchMemory {

    private static final String CLOSED = "is used after its scope closed";

    private final Scope root = new Scope(null);
    private Scope current = root;

    /** {@code handle}, which the innermost scope owns from now on. */
    TorchTensor own(Tensor handle, Shape shape, DType dtype) {
        return current.add(new TorchTensor(handle, shape, dtype, current));
    }

    /**
     * The tensor an update may write its result to, which lives as long as {@code donated} would have: its elements, or a copy of them where other
     * tensors stand on the same storage. The old handle is dead.
     */
    TorchTensor takeOver(String op, TorchTensor donated) {
        Tensor handle = donated.handle();
        Scope owner = donated.owner();
        boolean alone = handle.is_contiguous() && handle.storage().use_count() == 1;
        Tensor result = alone ? handle : copy(handle);
        owner.owned.remove(donated);
        if (alone) {
            donated.end("was taken over by " + op);
        } else {
            donated.free("was taken over by " + op);
        }
        return owner.add(new TorchTensor(result, donated.shape(), donated.dtype(), owner));
    }

    private static Tensor copy(Tensor handle) {
        return Scoped.within(() -> Scoped.keep(handle.clone(new MemoryFormatOptional(MemoryFormat.Contiguous))));
    }

    void release(TorchTensor tensor) {
        tensor.owner().owned.remove(tensor);
        tensor.free("was released");
    }

    TensorScope open() {
        current = new Scope(current);
        return current;
    }

    /** Frees everything. */
    void close() {
        while (current != root) {
            current.close();
        }
        root.free();
    }

    /** A scope of tensors. */
    final class Scope implements TensorScope {

        private final Scope outer;
        private final Set<TorchTensor> owned = new LinkedHashSet<>();

        private Scope(Scope outer) {
            this.outer = outer;
        }

        private TorchTensor add(TorchTensor tensor) {
            owned.add(tensor);
            return tensor;
        }

        @Override
        public <T extends io.fluxo.tensor.Tensor> T keep(T tensor) {
            TorchTensor kept = (TorchTensor) (io.fluxo.tensor.Tensor) tensor;
            if (owned.remove(kept)) {
                kept.moveTo(outer);
                outer.add(kept);
            }
            return tensor;
        }

        @Override
        public void close() {
            if (current != this) {
                throw new IllegalStateException("scopes must be closed in reverse order of opening");
            }
            current = outer;
            free();
        }

        private void free() {
            owned.forEach(tensor -> tensor.free(CLOSED));
            owned.clear();
        }
    }
}
