package io.fluxo.checkpoint;

import io.fluxo.architecture.Architectures;
import io.fluxo.backend.Backend;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Pass;
import io.fluxo.model.Transformer;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A checkpoint as Fluxo computes it beside what transformers computed from it: the largest differences, over all elements.
 *
 * @param logits of the logits
 * @param hidden of x_0, and of what each block returns
 */
record PeerComparison(double logits, List<Double> hidden) {

    /** The model in {@code directory} against its {@code expected.safetensors}, which {@code make_checkpoints.py} writes. */
    static PeerComparison of(Path directory, Setup setup) {
        try (Safetensors expected = Safetensors.open(directory.resolve("expected.safetensors")); Backend backend = setup.open(); TensorScope _ = backend.openScope()) {
            String type = setup.dtype() == DType.F64 ? "_f64" : "_f32";
            Transformer model = (Transformer) ModelDirectory.read(directory, Architectures.CATALOG, backend, setup.dtype());
            Tensor ids = backend.upload(expected.read("ids"));
            Cache cache = Cache.of(model.streamPoints().toArray(String[]::new));
            double[] logits = backend.download(model.forward(Pass.evaluation(backend).with(cache), ids)).toDoubles();
            double[] hidden = expected.read("hidden" + type).toDoubles();
            int size = hidden.length / model.streamPoints().size();
            List<Double> differences = new ArrayList<>();
            for (int state = 0; state < model.streamPoints().size(); state++) {
                HostArray ours = backend.download(cache.get(model.streamPoints().get(state)));
                differences.add(largest(ours.toDoubles(), Arrays.copyOfRange(hidden, state * size, (state + 1) * size)));
            }
            return new PeerComparison(largest(logits, expected.read("logits" + type).toDoubles()), differences);
        }
    }

    /** The largest difference anywhere; NaN counts as endless. */
    double largest() {
        return Math.max(logits, hidden.stream().mapToDouble(Double::doubleValue).max().orElse(Double.POSITIVE_INFINITY));
    }

    static double largest(double[] ours, double[] theirs) {
        if (ours.length != theirs.length) {
            throw new AssertionError(ours.length + " values beside " + theirs.length);
        }
        double largest = 0;
        for (int i = 0; i < ours.length; i++) {
            double difference = Math.abs(ours[i] - theirs[i]);
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        }
        return largest;
    }
}
