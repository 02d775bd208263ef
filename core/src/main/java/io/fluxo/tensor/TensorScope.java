package io.fluxo.tensor;

/**
 * Owns every tensor made while it is the innermost open scope of its backend, and frees them when it closes. Scopes nest and close in
 * reverse order. A tensor used after its scope closed is an error that names the operation.
 */
public interface TensorScope extends AutoCloseable {

    /** Hands {@code tensor} to the enclosing scope, so that it survives this one; returns it. */
    <T extends Tensor> T keep(T tensor);

    @Override
    void close();
}
