package io.fluxo.proof;

import io.fluxo.tensor.TensorScope;

/** A scope that frees nothing: for tensors that hold no memory of a device, as those of proofs. */
public final class UnownedScope implements TensorScope {

    public static final UnownedScope INSTANCE = new UnownedScope();

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
