package io.fluxo.golden;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.layer.Layer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A case of a golden file: layers one after the other on an input, with {@code CASE/x}, {@code CASE/param/NAME}, the output {@code CASE/y}, and the gradients of Σ r·y, {@code CASE/grad/x}
 * and {@code CASE/grad/NAME}.
 */
record OutputAndGradients(GoldenFile goldens, Setup setup, String name) {

    /** Holds the output and every gradient of {@code layers} against the golden's; buffers keep what {@code prepared} gives them. */
    void check(List<? extends Layer> layers, Prepared prepared) {
        List<Parameter> parameters = layers.stream().flatMap(layer -> layer.parameters().stream()).toList();
        try (Backend backend = setup.open(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            Tensor x = setup.upload(backend, goldens.get(name + "/x"));
            List<Tensor> inputs = new ArrayList<>(List.of(x));
            for (Parameter parameter : parameters) {
                parameter.set(setup.upload(backend, goldens.get(name + "/param/" + parameter.name())));
                inputs.add(parameter.value());
            }
            prepared.on(backend);
            inputs.forEach(tape::watch);
            Pass pass = Pass.evaluation(tape);
            Tensor y = x;
            for (Layer layer : layers) {
                y = layer.forward(pass, y);
            }
            close("/y", tape.download(y));

            Tensor[] gradients = tape.gradients(y, setup.upload(backend, goldens.get(name + "/r")), inputs);
            close("/grad/x", backend.download(gradients[0]));
            for (int i = 1; i < gradients.length; i++) {
                close("/grad/" + parameters.get(i - 1).name(), backend.download(gradients[i]));
            }
        }
    }

    void check(Layer layer) {
        check(List.of(layer), _ -> { });
    }

    private void close(String what, HostArray actual) {
        Setup.assertClose(name + what, actual, goldens.get(name + what), setup.tolerance(0));
    }

    /** Sets what is no parameter. */
    @FunctionalInterface
    interface Prepared {
        void on(Backend backend);
    }
}
