package io.fluxo.experiments.compare.drift;

import io.fluxo.backend.Backend;
import io.fluxo.tensor.DType;

/**
 * One of those that compute the same.
 *
 * @param name    of the backend
 * @param backend opened for {@code dtype}
 */
public record DriftArm(String name, Backend backend, DType dtype) {

    /** {@code ejml f64}. */
    public String label() {
        return name + " " + dtype.label();
    }
}
