package io.fluxo.experiments.bench;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.Routine;
import io.fluxo.block.Block;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.Transformer;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Prepares a case on a backend: the steps that are timed, by name. */
final class Workload {

    private static final RandomKey KEY = RandomKey.of(0);

    private Workload() {}

    static Map<String, Repeatable> of(BenchCase spec, Backend backend, Catalog catalog) {
        return switch (spec.what()) {
            case BLOCK -> block(spec, backend, TrainingStep.model(spec, backend, spec.tensors(), catalog).blocks().getFirst());
            case TRAIN -> Map.of("train", Repeatable.of(new TrainingStep(spec, backend, spec.tensors(), catalog)));
            case MODEL -> Map.of("forward", forward(spec, backend, TrainingStep.model(spec, backend, spec.tensors(), catalog)));
            case KERNELS, MATMUL, ATTENTION -> Kernels.of(spec, backend);
        };
    }

    private static Map<String, Repeatable> block(BenchCase spec, Backend backend, Block block) {
        Tensor x = normal(spec, backend, "x");
        Tensor seed = normal(spec, backend, "gradient");
        Map<String, Repeatable> steps = new LinkedHashMap<>();
        steps.put("forward", routine(backend, () -> block.forward(Pass.evaluation(backend), x)));
        steps.put("forward_backward", Repeatable.of(backend, () -> {
            try (AutodiffBackend tape = new AutodiffBackend(backend)) {
                List<Tensor> targets = new ArrayList<>(block.parameters().stream().map(Parameter::value).map(tape::watch).toList());
                Tensor input = tape.watch(x);
                targets.add(input);
                return tape.gradients(block.forward(Pass.evaluation(tape), input), seed, targets)[targets.size() - 1];
            }
        }));
        return steps;
    }

    /** The logits of some windows. */
    private static Repeatable forward(BenchCase spec, Backend backend, Transformer model) {
        int[] ids = new int[spec.batch() * spec.tokens()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = KEY.split("data").below(spec.vocab(), i);
        }
        Tensor tokens = backend.upload(HostArray.of(Shape.of(Dim.of("batch", spec.batch()), Dim.of("pos", spec.tokens())), ids));
        return routine(backend, () -> model.forward(Pass.evaluation(backend), tokens));
    }

    private static Repeatable routine(Backend backend, Supplier<Tensor> pass) {
        Routine routine = backend.routine(() -> {
            try (TensorScope scope = backend.openScope()) {
                return scope.keep(pass.get());
            }
        });
        return Repeatable.of(backend, routine::run);
    }

    private static Tensor normal(BenchCase spec, Backend backend, String name) {
        Shape shape = Shape.of(Dim.of("batch", spec.batch()), Dim.of("pos", spec.tokens()), Dim.of("d_model", spec.model()));
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = KEY.split(name).normal(i);
        }
        return backend.upload(HostArray.of(shape, spec.tensors(), values));
    }
}
