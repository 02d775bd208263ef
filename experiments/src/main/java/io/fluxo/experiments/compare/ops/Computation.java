package io.fluxo.experiments.compare.ops;

import io.fluxo.backend.Backend;
import io.fluxo.tensor.Tensor;

/** Something that every backend can compute from the same inputs. */
@FunctionalInterface
public interface Computation {

    Tensor[] on(Backend backend, Tensor[] inputs);
}
