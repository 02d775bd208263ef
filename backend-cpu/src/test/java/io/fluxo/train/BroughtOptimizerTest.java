package io.fluxo.train;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.Ops;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.train.UpdateRule.Composition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Optimizers that are compositions of operations: replayed, checkpointed and resumed to the same bits as those that backends have kernels for. */
class BroughtOptimizerTest {

    private static final RandomKey KEY = RandomKey.of(5);
    private static final int STEPS = 8;

    /** Lion (Chen et al. 2023): w − lr·(sign(β₁m + (1 − β₁)g) + decay·w), m ← β₂m + (1 − β₂)g. */
    private static final OptimizerKind LION = (spec, decay) -> {
        double beta1 = spec.get(BETAS).get(0);
        double beta2 = spec.get(BETAS).get(1);
        return new Composition((ops, w, state, g, rate) -> {
            Tensor direction = sign(ops, ops.add(ops.scale(state[0], beta1), ops.scale(g, 1 - beta1)));
            Tensor moved = ops.sub(w, ops.mul(ops.add(direction, ops.scale(w, decay)), rate));
            return new Tensor[] {moved, ops.add(ops.scale(state[0], beta2), ops.scale(g, 1 - beta2))};
        }, 1);
    };

    /** As {@link OptimizerKind#SGD}, as a composition. */
    private static final OptimizerKind COMPOSED_SGD = (_, decay) -> new Composition((ops, w, _, g, rate) ->
            new Tensor[] {ops.sub(w, ops.mul(decay == 0 ? g : ops.add(g, ops.scale(w, decay)), rate))}, 0);

    /** Steps against where the parameter was two steps ago; its state is what parameter and state were, as they are. */
    private static final OptimizerKind REMEMBERS = (_, _) -> new Composition((ops, w, state, g, rate) ->
            new Tensor[] {ops.sub(ops.sub(w, ops.mul(g, rate)), ops.scale(state[1], 1e-3)), w, state[0]}, 2);

    private static final Catalog CATALOG = TrainingParts.CATALOG.plus(OptimizerKind.KIND, "lion", LION).plus(OptimizerKind.KIND, "composed_sgd", COMPOSED_SGD)
            .plus(OptimizerKind.KIND, "remembers", REMEMBERS);

    private static final TrainingSpec TRAINING = TrainingSpec.DEFAULT.with(LR, 1e-3).with(WEIGHT_DECAY, 0.1).with(WARMUP, 3).with(CLIP, 0.5);

    private static final ModelSpec MODEL = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 16).with(N_HEADS, 2).with(D_MLP, 24).with(N_CTX, 10).with(D_VOCAB, 13)
            .with(NORM_AFFINE, true).with(DROPOUT, 0.1);

    private static Tensor sign(Ops ops, Tensor x) {
        Tensor zero = ops.zerosLike(x);
        Tensor one = ops.constantLike(x, Scalar.ONE);
        return ops.where(ops.less(zero, x), one, ops.where(ops.less(x, zero), ops.neg(one), zero));
    }

    private static Backend open(String backend, DType dtype, int threads) {
        return (backend.equals("simd") ? new SimdProvider() : new EjmlProvider()).open(new BackendOptions(dtype, 0, threads));
    }

    /** A model in training. */
    private record Training(LanguageModel model, Trainer trainer) {

        static Training on(Backend backend, DType dtype, TrainingSpec spec, Catalog catalog) {
            LanguageModel model = ModelBuilder.build(MODEL, catalog);
            model.initialize(backend, dtype, KEY.split("init"));
            return new Training(model, new Trainer(backend, model, spec, catalog, KEY.split("dropout")));
        }

        double step(int t, Set<Measure> measures) {
            int[] windows = new int[3 * 11];
            Arrays.setAll(windows, i -> KEY.split(t).below(13, i));
            return trainer.step(t, windows, 3, measures).loss();
        }

        /** Losses and, in the end, everything that was trained, to the last bit. */
        List<String> steps(int from, int to) {
            List<String> found = new ArrayList<>();
            for (int t = from; t <= to; t++) {
                found.add("step %d: %s".formatted(t, step(t, t % 3 == 0 ? Set.copyOf(Measures.BUILT_IN) : Set.of())));
            }
            trainer.state().forEach((name, values) -> found.add(name + " " + Arrays.toString(values.toDoubles())));
            return found;
        }
    }

    @ParameterizedTest
    @CsvSource({"lion, 1", "lion, 3", "composed_sgd, 2", "remembers, 2"})
    void aReplayedStepTrainsToTheBitsOfOneThatIsAsked(String optimizer, int threads) {
        TrainingSpec spec = TRAINING.with(OPTIMIZER, optimizer);
        int[] times = {0};
        try (Backend simd = open("simd", DType.F32, threads); Backend plain = open("simd", DType.F32, 1)) {
            Backend counting = new DelegatingBackend("counting", simd) {
                @Override
                public Routine routine(Supplier<Tensor> step) {
                    return inner.routine(() -> {
                        times[0]++;
                        return step.get();
                    });
                }
            };
            Backend asked = new DelegatingBackend("asked", plain) {
                @Override
                public Routine routine(Supplier<Tensor> step) {
                    return step::get;
                }
            };
            assertThat(Training.on(counting, DType.F32, spec, CATALOG).steps(1, STEPS)).isEqualTo(Training.on(asked, DType.F32, spec, CATALOG).steps(1, STEPS));
        }
        assertThat(times[0]).as("steps that were asked, plain and measured ones").isEqualTo(2 + 2).isLessThan(STEPS);
    }

    @ParameterizedTest
    @CsvSource({"simd, F32, lion", "ejml, F64, lion", "ejml, F32, lion", "simd, F32, remembers", "ejml, F64, remembers"})
    void aTrainingThatGoesOnFromACheckpointHasTheSameBits(String backend, DType dtype, String optimizer) {
        TrainingSpec spec = TRAINING.with(OPTIMIZER, optimizer);
        try (Backend first = open(backend, dtype, 2); Backend second = open(backend, dtype, 2); Backend third = open(backend, dtype, 2)) {
            List<String> whole = Training.on(first, dtype, spec, CATALOG).steps(1, STEPS);
            Training begun = Training.on(second, dtype, spec, CATALOG);
            begun.steps(1, 5);
            Map<String, HostArray> saved = begun.trainer.state();
            assertThat(saved.keySet()).contains("optimizer.0.W_E");
            Training resumed = Training.on(third, dtype, spec, CATALOG);
            resumed.trainer.restore(saved::get);
            List<String> rest = resumed.steps(6, STEPS);
            assertThat(rest).isEqualTo(whole.subList(5, whole.size()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lion", "remembers", "composed_sgd"})
    void backendsAgree(String optimizer) {
        TrainingSpec spec = TRAINING.with(OPTIMIZER, optimizer);
        try (Backend simd = open("simd", DType.F32, 2); Backend ejml = open("ejml", DType.F64, 1)) {
            Training one = Training.on(simd, DType.F32, spec, CATALOG);
            Training other = Training.on(ejml, DType.F64, spec, CATALOG);
            for (int t = 1; t <= STEPS; t++) {
                assertThat(one.step(t, Set.of())).as("step %d", t).isCloseTo(other.step(t, Set.of()), within(1e-4));
            }
        }
    }

    @Test
    void aCompositionOfTheSameOperationsIsTheOperation() {
        try (Backend one = open("ejml", DType.F64, 1); Backend other = open("ejml", DType.F64, 1)) {
            assertThat(Training.on(one, DType.F64, TRAINING.with(OPTIMIZER, "composed_sgd"), CATALOG).steps(1, STEPS))
                    .isEqualTo(Training.on(other, DType.F64, TRAINING.with(OPTIMIZER, "sgd"), CATALOG).steps(1, STEPS));
        }
    }

    @ParameterizedTest
    @CsvSource({"simd, F32, 1e-7", "ejml, F64, 1e-15"})
    void lionMovesEachNumberByTheLearningRate(String backend, DType dtype, double rounding) {
        try (Backend opened = open(backend, dtype, 1)) {
            Training training = Training.on(opened, dtype, TRAINING.with(OPTIMIZER, "lion").with(WEIGHT_DECAY, 0.0).with(WARMUP, 1), CATALOG);
            double[] before = training.trainer.state().get("blocks.1.mlp.W_in").toDoubles();
            training.step(1, Set.of());
            double[] after = training.trainer.state().get("blocks.1.mlp.W_in").toDoubles();
            for (int i = 0; i < before.length; i++) {
                assertThat(Math.abs(after[i] - before[i])).isCloseTo(1e-3, within(rounding));
            }
        }
    }

    /** What a state holds is what the step said it becomes, though the parameter has another value by then. */
    @ParameterizedTest
    @CsvSource({"simd, F32", "ejml, F64"})
    void aStateMayBeWhatTheParameterWas(String backend, DType dtype) {
        try (Backend opened = open(backend, dtype, 1)) {
            Training training = Training.on(opened, dtype, TRAINING.with(OPTIMIZER, "remembers"), CATALOG);
            List<Map<String, HostArray>> states = new ArrayList<>(List.of(training.trainer.state()));
            for (int t = 1; t <= 6; t++) {
                training.step(t, Set.of());
                states.add(training.trainer.state());
                assertThat(states.get(t).get("optimizer.0.W_E").toDoubles()).as("step %d", t).isEqualTo(states.get(t - 1).get("W_E").toDoubles());
                assertThat(states.get(t).get("optimizer.1.W_E").toDoubles()).as("step %d", t).isEqualTo(states.get(t - 1).get("optimizer.0.W_E").toDoubles());
            }
        }
    }

    @Test
    void aStepThatBreaksItsPromiseIsNamed() {
        requireBroken((ops, w, state, g, rate) -> null, "the optimizer 'bad' returned null from a step, and has to return the parameter and 1 tensor of state");
        requireBroken((ops, w, state, g, rate) -> new Tensor[] {w}, "the optimizer 'bad' returned 1 tensor from a step, and has to return the parameter and 1 tensor of state");
        requireBroken((ops, w, state, g, rate) -> new Tensor[] {w, null}, "the optimizer 'bad' returned null from a step on W_U, which is f32 [");
        requireBroken((ops, w, state, g, rate) -> new Tensor[] {w, rate}, "the optimizer 'bad' returned f32 [] from a step on W_U, which is f32 [");
        requireBroken((ops, w, state, g, rate) -> new Tensor[] {w, ops.cast(w, DType.I32)}, "the optimizer 'bad' returned i32 [");
        requireBrokenRule(null, "the optimizer 'bad' returned null instead of an update rule");
        requireBrokenRule(new Composition((ops, w, state, g, rate) -> new Tensor[] {w}, -1), "the optimizer 'bad' returned Composition[");
    }

    private static void requireBrokenRule(UpdateRule rule, String message) {
        try (Backend backend = open("simd", DType.F32, 1)) {
            Catalog catalog = CATALOG.plus(OptimizerKind.KIND, "bad", (_, _) -> rule);
            assertThatThrownBy(() -> Training.on(backend, DType.F32, TRAINING.with(OPTIMIZER, "bad"), catalog)).isInstanceOf(BrokenPartException.class)
                    .hasMessageStartingWith(message);
        }
    }

    private static void requireBroken(UpdateRule.UpdateStep step, String message) {
        Catalog catalog = CATALOG.plus(OptimizerKind.KIND, "bad", (_, _) -> new Composition(step, 1));
        try (Backend backend = open("simd", DType.F32, 1)) {
            Training training = Training.on(backend, DType.F32, TRAINING.with(OPTIMIZER, "bad"), catalog);
            assertThatThrownBy(() -> training.step(1, Set.of())).isInstanceOf(BrokenPartException.class).hasMessageStartingWith(message);
        }
    }
}
