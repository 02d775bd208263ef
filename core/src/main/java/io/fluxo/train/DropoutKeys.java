package io.fluxo.train;

import io.fluxo.backend.Backend;
import io.fluxo.layer.Dropout;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Pass;
import io.fluxo.op.UpdateOp;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The random keys of dropout, one for each dropout layer of a model. The tensors stay in their places while their contents change, so that a step can
 * be repeated on them.
 */
final class DropoutKeys {

    private final Backend backend;
    private final RandomKey stream;
    private final Map<String, Tensor> keys = new LinkedHashMap<>();
    private RandomKey step;

    /** Tensors that live in the scope which is open now. */
    DropoutKeys(Backend backend, RandomKey stream, Layer model) {
        this.backend = backend;
        this.stream = stream;
        step = stream;
        places(model).forEach(path -> keys.put(path, backend.upload(Pass.dropoutKey(step, path))));
    }

    private static Stream<String> places(Layer layer) {
        Stream<String> own = layer instanceof Dropout dropout && dropout.drops() ? Stream.of(layer.path()) : Stream.empty();
        return Stream.concat(own, layer.parts().stream().flatMap(DropoutKeys::places));
    }

    /** Sets the keys of step {@code t}. */
    void prepare(int t) {
        step = stream.split(t);
        if (keys.isEmpty()) {
            return;
        }
        List<Tensor[]> changes = new ArrayList<>();
        keys.forEach((path, key) -> changes.add(new Tensor[] {key, backend.upload(Pass.dropoutKey(step, path))}));
        List<Tensor[]> changed = backend.updateAll(new UpdateOp.Assign(), changes);
        int next = 0;
        for (Map.Entry<String, Tensor> entry : keys.entrySet()) {
            entry.setValue(changed.get(next++)[0]);
        }
    }

    /** The key of the step that was prepared last. A key for a path without a dropout layer is made on the spot: such a step cannot be repeated. */
    Tensor at(String path) {
        Tensor key = keys.get(path);
        return key != null ? key : backend.upload(Pass.dropoutKey(step, path));
    }
}
