package example.arrays;

import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;

/** Which tensors live: each belongs to a scope, new ones to the innermost that is open. */
final class ArrayMemory {

    private final ArrayScope root = new ArrayScope(this, null);
    private ArrayScope innermost = root;

    ArrayTensor tensor(HostArray values) {
        return new ArrayTensor(values, innermost);
    }

    /** {@code tensor} as one of these, alive; else an error that names the operation. */
    ArrayTensor own(String operation, Tensor tensor) {
        if (!(tensor instanceof ArrayTensor ours) || ours.owner().memory() != this) {
            throw new IllegalArgumentException(operation + ": the tensor " + tensor.shape() + " belongs to another backend");
        }
        if (ours.owner().isClosed() || ours.isTakenOver()) {
            throw new IllegalStateException(operation + ": the tensor " + tensor.shape() + (ours.isTakenOver() ? " was taken over by an update" : " is used after its scope closed"));
        }
        return ours;
    }

    ArrayScope open() {
        innermost = new ArrayScope(this, innermost);
        return innermost;
    }

    /** Called by the scope that closes. */
    void leave(ArrayScope scope) {
        if (scope != innermost) {
            throw new IllegalStateException("scopes must be closed in reverse order of opening");
        }
        innermost = scope == root ? root : scope.outer();
    }

    void close() {
        while (innermost != root) {
            innermost.close();
        }
        root.close();
    }
}
