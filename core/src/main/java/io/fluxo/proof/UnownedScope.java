package io.fluxo.proof;

import io.fluxo.tensor.TensorScope;

/** A scope that frees nothing: the tensors of proofs hold no memory of a device. */
final class UnownedScope implements TensorScope {

    static final UnownedScope INSTANCE = new UnownedScope();

    private UnownedScope() {}

    @Override
    public <T extends io.fluxo.tensor.Tensor> T keep(T tensor) {
        return tensor;
    }

    @Override
    public void close() {
        // nothing is owned
    }
}
