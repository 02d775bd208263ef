package io.fluxo.experiments.compare.model;

import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.experiments.compare.ops.OperationCase;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.Hooks;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A model whose weights, tokens and targets are fixed, so that every backend runs the same. */
final class FixedModel {

    private static final int SEQUENCES = 2;

    /** Tokens and targets stand before the weights. */
    private static final int BEFORE_WEIGHTS = 2;

    private final ModelSpec spec;
    private final Catalog catalog;
    private final List<HostArray> inputs = new ArrayList<>();

    /**
     * @param spec a transformer, its vocabulary filled in
     * @param seed of its weights, tokens and targets
     */
    FixedModel(ModelSpec spec, Catalog catalog, long seed) {
        this.spec = spec;
        this.catalog = catalog;
        RandomKey key = RandomKey.of(seed);
        inputs.add(ids(key.split("tokens")));
        inputs.add(ids(key.split("targets")));
        for (Cell cell : model().cells()) {
            double[] values = cell.initializer().sample(cell.shape(), key.split(cell.name()));
            inputs.add(HostArray.of(cell.shape(), Arrays.stream(values).map(value -> (float) value).toArray()));    // what every type holds
        }
    }

    private HostArray ids(RandomKey key) {
        Shape shape = Shape.of(SEQUENCES, spec.get(N_CTX));
        return HostArray.of(shape, IntStream.range(0, shape.elements()).map(i -> key.below(spec.get(D_VOCAB), i)).toArray());
    }

    private LanguageModel model() {
        return ModelBuilder.transformer(spec, catalog);
    }

    /** What the computations of this model start from. */
    List<HostArray> inputs() {
        return List.copyOf(inputs);
    }

    Tensor[] upload(Backend backend, DType dtype) {
        return OperationCase.in(dtype, inputs).stream().map(backend::upload).toArray(Tensor[]::new);
    }

    private LanguageModel filled(Tensor[] in) {
        LanguageModel model = model();
        List<Cell> cells = model.cells();
        IntStream.range(0, cells.size()).forEach(i -> cells.get(i).set(in[i + BEFORE_WEIGHTS]));
        return model;
    }

    /** The logits. */
    Tensor forward(Backend on, Tensor[] in, Hooks hooks) {
        return filled(in).forward(Pass.evaluation(on).with(hooks), in[0]);
    }

    /** The values at the hook points, in the order in which the model comes by them, then the logits. */
    List<Named> stream(Backend on, Tensor[] in) {
        Cache cache = Cache.boundaries();
        Tensor logits = forward(on, in, cache);
        List<Named> outputs = new ArrayList<>();
        cache.values().forEach((point, value) -> outputs.add(new Named(point, value)));
        outputs.add(new Named("logits", logits));
        return outputs;
    }

    /** The gradients of the mean loss at the hook points, then those of the parameters, both from the last to the first. */
    List<Named> gradients(AutodiffBackend tape, Tensor[] in, Hooks others) {
        LanguageModel model = filled(in);
        List<Parameter> parameters = model.parameters();
        parameters.forEach(parameter -> tape.watch(parameter.value()));
        Cache cache = Cache.boundaries();
        Tensor loss = model.loss(Pass.evaluation(tape).with(Hooks.all(List.of(others, cache))), in[0], in[1]);
        List<Named> targets = new ArrayList<>();
        cache.values().forEach((point, value) -> {
            if (tape.tracks(value)) {
                targets.addFirst(new Named(point, value));                                  // else no parameter is behind it, and there is no gradient
            }
        });
        parameters.reversed().forEach(parameter -> targets.add(new Named(parameter.name(), parameter.value())));
        Tensor[] gradients = tape.gradients(loss, targets.stream().map(Named::value).toList());
        return IntStream.range(0, gradients.length).mapToObj(i -> new Named(targets.get(i).name(), gradients[i])).toList();
    }

    record Named(String name, Tensor value) {}
}
