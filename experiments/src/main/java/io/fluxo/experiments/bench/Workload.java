package io.fluxo.experiments.bench;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.block.Block;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Prepares a case on a backend: the steps that are timed, by name. */
final class Workload {

    private static final RandomKey KEY = RandomKey.of(0);

    private Workload() {}

    static Map<String, Runnable> of(BenchCase spec, Backend backend, Catalog catalog) {
        return switch (spec.what()) {
            case BLOCK -> block(spec, backend, model(spec, backend, catalog).blocks().getFirst());
            case TRAIN -> Map.of("train", training(spec, backend, model(spec, backend, catalog)));
            case KERNELS -> Kernels.of(backend, KEY);
        };
    }

    private static Transformer model(BenchCase spec, Backend backend, Catalog catalog) {
        Transformer model = ModelBuilder.transformer(spec.spec(), catalog);
        model.initialize(backend, DType.F32, KEY.split("init"));
        return model;
    }

    private static Map<String, Runnable> block(BenchCase spec, Backend backend, Block block) {
        Tensor x = normal(spec, backend, "x");
        Tensor seed = normal(spec, backend, "gradient");
        Map<String, Runnable> steps = new LinkedHashMap<>();
        Routine forward = backend.routine(() -> {
            try (TensorScope scope = backend.openScope()) {
                return scope.keep(block.forward(Pass.evaluation(backend), x));
            }
        });
        steps.put("forward", () -> {
            try (TensorScope _ = backend.openScope()) {
                forward.run();
            }
        });
        steps.put("forward_backward", () -> {
            try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
                List<Tensor> targets = new ArrayList<>(block.parameters().stream().map(Parameter::value).map(tape::watch).toList());
                Tensor input = tape.watch(x);
                targets.add(input);
                tape.gradients(block.forward(Pass.evaluation(tape), input), seed, targets);
            }
        });
        return steps;
    }

    private static Runnable training(BenchCase spec, Backend backend, Transformer model) {
        TrainingSpec training = TrainingSpec.DEFAULT;
        Trainer trainer = new Trainer(backend, model, training, TrainingParts.CATALOG, KEY.split("dropout"));
        int[] windows = new int[spec.batch() * (spec.tokens() + 1)];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = KEY.split("data").below(spec.vocab(), i);
        }
        int[] t = {0};
        return () -> trainer.step(++t[0], windows, spec.batch(), Set.of());
    }

    private static Tensor normal(BenchCase spec, Backend backend, String name) {
        Shape shape = Shape.of(Dim.of("batch", spec.batch()), Dim.of("pos", spec.tokens()), Dim.of("d_model", spec.model()));
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = KEY.split(name).normal(i);
        }
        return backend.upload(HostArray.of(shape, DType.F32, values));
    }
}
