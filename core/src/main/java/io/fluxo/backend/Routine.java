package io.fluxo.backend;

import io.fluxo.tensor.Tensor;

/**
 * A computation that is run again and again: each time the same operations, on what its inputs then hold. Inputs are tensors from outside
 * whose contents are replaced in between, by updates; see {@link Backend#routine}.
 */
@FunctionalInterface
public interface Routine {

    /** Runs it. The result belongs to the scope that is open now. */
    Tensor run();
}
