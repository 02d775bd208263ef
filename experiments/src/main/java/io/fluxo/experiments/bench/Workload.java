package io.fluxo.experiments.bench;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.block.Block;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prepares a case on a backend: the steps that are timed, by name. */
final class Workload {

    private static final RandomKey KEY = RandomKey.of(0);

    private Workload() {}

    static Map<String, Runnable> of(BenchCase spec, Backend backend, Catalog catalog) {
        return switch (spec.what()) {
            case BLOCK -> block(spec, backend, TrainingStep.model(spec, backend, DType.F32, catalog).blocks().getFirst());
            case TRAIN -> Map.of("train", new TrainingStep(spec, backend, DType.F32, catalog));
            case KERNELS -> Kernels.of(backend);
        };
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

    private static Tensor normal(BenchCase spec, Backend backend, String name) {
        Shape shape = Shape.of(Dim.of("batch", spec.batch()), Dim.of("pos", spec.tokens()), Dim.of("d_model", spec.model()));
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = KEY.split(name).normal(i);
        }
        return backend.upload(HostArray.of(shape, DType.F32, values));
    }
}
