package io.fluxo.experiments.compare.drift;

import io.fluxo.experiments.task.Task;
import io.fluxo.layer.Parameter;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Examples;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** How far one training is apart on two backends, step by step: the same first values, the same data, AdamW. */
final class TrainingDrift {

    private static final ModelSpec SMALL = ModelSpec.DEFAULT.with(ModelSpec.D_MODEL, 16).with(ModelSpec.N_HEADS, 2).with(ModelSpec.D_MLP, 32).with(ModelSpec.N_CTX, 8);

    private static final TrainingSpec ADAM_W = TrainingSpec.DEFAULT.with(TrainingSpec.OPTIMIZER, "adamw").with(TrainingSpec.WEIGHT_DECAY, 0.01).with(TrainingSpec.LR, 3e-3)
            .with(TrainingSpec.WARMUP, 10).with(TrainingSpec.BATCH, 4);

    private final String placement;
    private final ModelSpec spec;
    private final Catalog catalog;
    private final Task task;
    private final int steps;

    TrainingDrift(String placement, DriftSettings settings, Task task, Catalog catalog) {
        this.placement = placement;
        this.spec = SMALL.with(ModelSpec.PLACEMENT, placement).with(ModelSpec.N_LAYERS, settings.trainedLayers()).with(ModelSpec.D_VOCAB, task.vocabulary());
        this.steps = settings.steps();
        this.task = task;
        this.catalog = catalog;
    }

    /** A training under way on one backend. */
    private final class Run implements AutoCloseable {
        private final DriftArm arm;
        private final TensorScope scope;
        private final LanguageModel model;
        private final Trainer trainer;

        private Run(DriftArm arm, RandomKey key) {
            this.arm = arm;
            scope = arm.backend().openScope();
            model = ModelBuilder.transformer(spec, catalog);
            SameStart.fill(model, arm, key);
            trainer = new Trainer(arm.backend(), model, ADAM_W, catalog, key.split("dropout"));
        }

        private After step(int t, Examples examples) {
            double loss = trainer.step(t, examples, Set.of()).loss();
            Map<String, HostArray> parameters = new LinkedHashMap<>();
            model.parameters().forEach(parameter -> parameters.put(parameter.name(), arm.backend().download(parameter.value())));
            return new After(loss, parameters);
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    /** @param loss before the step's update */
    private record After(double loss, Map<String, HostArray> parameters) {

        private double distance(After other, Predicate<String> counted) {
            List<String> names = parameters.keySet().stream().filter(counted).toList();
            return Distance.of(names.stream().map(parameters::get).toList(), names.stream().map(other.parameters::get).toList());
        }
    }

    /** Two for each reference: of all parameters, and of all but the biases of keys. */
    List<DriftCurve> curves(DriftArm tested, List<DriftArm> references, long seed) {
        RandomKey key = RandomKey.of(seed);
        List<Growing> growing = references.stream().map(_ -> new Growing()).toList();
        List<Run> runs = new ArrayList<>();
        try {
            runs.add(new Run(tested, key));
            references.forEach(reference -> runs.add(new Run(reference, key)));
            for (int t = 1; t <= steps; t++) {
                Examples examples = task.batch(key.split("data"), t, ADAM_W.get(TrainingSpec.BATCH), spec.get(ModelSpec.N_CTX));
                After own = runs.getFirst().step(t, examples);
                for (int i = 0; i < references.size(); i++) {
                    growing.get(i).add(own, runs.get(i + 1).step(t, examples));
                }
            }
        } finally {
            runs.reversed().forEach(Run::close);
        }
        return IntStream.range(0, references.size()).boxed().flatMap(i -> growing.get(i).curves(tested, references.get(i), seed).stream()).toList();
    }

    private final class Growing {
        private final List<Double> all = new ArrayList<>();
        private final List<Double> butKeyBiases = new ArrayList<>();
        private final List<Double> losses = new ArrayList<>();

        private void add(After a, After b) {
            all.add(a.distance(b, _ -> true));
            butKeyBiases.add(a.distance(b, name -> !name.endsWith(".b_K")));
            losses.add(a.loss - b.loss);
        }

        private List<DriftCurve> curves(DriftArm tested, DriftArm reference, long seed) {
            return List.of(curve(DriftOf.PARAMETERS, tested, reference, seed, all), curve(DriftOf.PARAMETERS_BUT_KEY_BIASES, tested, reference, seed, butKeyBiases));
        }

        private DriftCurve curve(DriftOf of, DriftArm tested, DriftArm reference, long seed, List<Double> distances) {
            return new DriftCurve(DriftAxis.STEPS, of, placement, tested.name(), reference.label(), tested.dtype(), seed, IntStream.rangeClosed(1, steps).boxed().toList(), distances,
                    losses);
        }
    }
}
