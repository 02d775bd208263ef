package io.fluxo.experiments.inspect;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;

/**
 * A transformer that is looked at.
 *
 * @param name    as it was asked for
 * @param spec    what the model was built from
 * @param backend holds its weights
 */
public record Inspected(String name, ModelSpec spec, Transformer model, Backend backend) {

    /** Token ids as the model takes them: [1 pos]. */
    public Tensor upload(int... ids) {
        return backend.upload(HostArray.of(Shape.of(1, ids.length), ids));
    }

    public Pass pass() {
        return Pass.evaluation(backend);
    }
}
