package io.fluxo.cpu.simd;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.backend.Routine;
import io.fluxo.block.Placement;
import io.fluxo.layer.network.ActFn;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.Ops;
import io.fluxo.op.UpdateOp.Accumulate;
import io.fluxo.op.UpdateOp.Assign;
import io.fluxo.program.Recording;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Answering;
import io.fluxo.train.Evidence;
import io.fluxo.train.Examples;
import io.fluxo.train.Measure;
import io.fluxo.train.Measures;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A step that is recorded and replayed trains to the bits of one that is asked every time. */
class RoutineTest {

    private static final RandomKey KEY = RandomKey.of(11);
    private static final int STEPS = 7;
    private static final TrainingSpec TRAINING = TrainingSpec.DEFAULT;

    /** The same backend, whose routines ask every time. */
    private static final class Asked extends DelegatingBackend {
        private Asked(Backend inner) {
            super("asked", inner);
        }

        @Override
        public Routine routine(Supplier<Tensor> step) {
            return step::get;
        }
    }

    /** How a training goes: what differs between steps, and what happens between them. */
    private interface Course {
        double step(int t, Trainer trainer, LanguageModel model, Backend backend);
    }

    private static double plainly(int t, Trainer trainer, LanguageModel model, Backend backend) {
        return trainer.step(t, windows(t, 4, 13), 4, Set.of()).loss();
    }

    private static int[] windows(int t, int rows, int length) {
        int[] windows = new int[rows * length];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = KEY.split(t).below(17, i);
        }
        return windows;
    }

    private static ModelSpec spec() {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 32).with(N_HEADS, 2).with(D_MLP, 64).with(N_CTX, 12).with(D_VOCAB, 17).with(NORM_AFFINE, true).with(ACT_FN, "gelu_tanh");
    }

    /** Losses and, in the end, everything that was trained. */
    private static List<String> trained(Backend backend, ModelSpec spec, TrainingSpec training, Course course) {
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, DType.F32, KEY.split("init"));
        Trainer trainer = new Trainer(backend, model, training, TrainingParts.CATALOG, KEY.split("dropout"));
        List<String> found = new ArrayList<>();
        for (int t = 1; t <= STEPS; t++) {
            found.add("step %d: %s".formatted(t, course.step(t, trainer, model, backend)));
        }
        trainer.state().forEach((name, values) -> found.add(name + " " + Arrays.hashCode(values.toDoubles())));
        return found;
    }

    private static void requireSame(ModelSpec spec, TrainingSpec training, int threads, Course course) {
        try (Backend replayed = new SimdBackend(threads); Backend asked = new Asked(new SimdBackend(1))) {
            assertThat(trained(replayed, spec, training, course)).containsExactlyElementsOf(trained(asked, spec, training, course));
        }
    }

    static Stream<ModelSpec> models() {
        Stream<ModelSpec> placements = ModelParts.CATALOG.all(Placement.KIND).keySet().stream().map(name -> spec().with(PLACEMENT, name));
        Stream<ModelSpec> norms = ModelParts.CATALOG.all(NormFactory.KIND).keySet().stream().flatMap(name ->
                Stream.of("pre", "post").map(placement -> spec().with(NORM, name).with(PLACEMENT, placement)));
        Stream<ModelSpec> activations = ModelParts.CATALOG.names(ActFn.KIND).stream().map(name -> spec().with(ACT_FN, name).with(PLACEMENT, "post"));
        Stream<ModelSpec> families = Stream.of(ModelSpec.Family.GRU, ModelSpec.Family.RNN).map(family -> spec().with(FAMILY, family));
        Stream<ModelSpec> sizes = Stream.of(spec().with(D_MODEL, 24).with(D_MLP, 40), spec().with(D_MODEL, 30).with(D_MLP, 50).with(PLACEMENT, "post"),
                spec().with(NORM_AFFINE, false).with(BIAS, false), spec().with(D_MODEL, 128).with(D_MLP, 256).with(N_HEADS, 4),
                spec().with(D_MODEL, 128).with(D_MLP, 256).with(N_HEADS, 4).with(PLACEMENT, "post").with(ACT_FN, "relu"));
        return Stream.of(placements, norms, activations, families, sizes).flatMap(models -> models);
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyModelTrainsToTheSameBits(ModelSpec spec) {
        requireSame(spec, TRAINING, 2, RoutineTest::plainly);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void onAnyNumberOfThreads(int threads) {
        requireSame(spec().with(D_MODEL, 128).with(D_MLP, 512), TRAINING, threads, RoutineTest::plainly);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void overMoreRowsThanABlockHas(int threads) {
        requireSame(spec().with(D_MODEL, 64), TRAINING, threads, (t, trainer, model, backend) -> trainer.step(t, windows(t, 40, 13), 40, Set.of()).loss());
    }

    @Test
    void stepsThatAreMeasuredMayLieBetween() {
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) ->
                trainer.step(t, windows(t, 4, 13), 4, t % 2 == 0 ? Set.copyOf(Measures.BUILT_IN) : Set.of()).loss());
    }

    private static List<String> measured(Backend backend, ModelSpec spec, Set<Measure> measures) {
        List<String> found = new ArrayList<>();
        found.addAll(trained(backend, spec, clipped(0.5), (t, trainer, model, _) -> {
            Trainer.StepResult step = trainer.step(t, windows(t, 4, 13), 4, measures);
            step.measured().forEach((measure, figures) -> found.add(measure.label() + " " + Arrays.toString(figures)));
            return step.loss();
        }));
        return found;
    }

    @ParameterizedTest
    @MethodSource("models")
    void whatIsMeasuredHasTheSameBits(ModelSpec spec) {
        try (Backend replayed = new SimdBackend(2); Backend asked = new Asked(new SimdBackend(1))) {
            Set<Measure> all = new LinkedHashSet<>(Measures.BUILT_IN);
            List<String> found = measured(replayed, spec, all);
            assertThat(found).containsExactlyElementsOf(measured(asked, spec, all));
            assertThat(found.stream().filter(line -> line.startsWith("token_similarity"))).hasSize(STEPS);
        }
    }

    /** Whatever else is measured beside it. */
    @ParameterizedTest
    @MethodSource("models")
    void aMeasureByItselfIsWhatItIsAmongOthers(ModelSpec spec) {
        try (Backend backend = new SimdBackend(1)) {
            List<String> all = measured(backend, spec, new LinkedHashSet<>(Measures.BUILT_IN));
            for (Measure measure : Measures.BUILT_IN) {
                List<String> alone = measured(backend, spec, Set.of(measure));
                assertThat(all).containsAll(alone);
                assertThat(alone.stream().filter(line -> line.startsWith(measure.label()))).hasSize(STEPS);
            }
        }
    }

    @Test
    void aMeasureThatLooksAtWhatItDoesNotNameIsToldSo() {
        Measure careless = new Measure() {
            @Override
            public String label() {
                return "careless";
            }

            @Override
            public Set<Evidence.Kind> needs() {
                return Set.of(Evidence.Kind.STREAM);
            }

            @Override
            public double[] figures(Evidence evidence) {
                return new double[] {evidence.of(Evidence.Kind.GRADIENTS).size()};
            }
        };
        try (Backend backend = new SimdBackend(1)) {
            assertThatThrownBy(() -> measured(backend, spec(), Set.of(careless))).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("GRADIENTS").hasMessageContaining("[STREAM]");
        }
    }

    @Test
    void examplesMayChangeTheirForm() {
        requireSame(spec().with(DROPOUT, 0.1), clipped(0.5), 2, (t, trainer, model, backend) -> {
            int rows = t < 4 ? 4 : 5;
            return trainer.step(t, windows(t, rows, 13), rows, Set.of()).loss();
        });
    }

    @Test
    void whatIsAskedMayDifferFromStepToStep() {
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) -> {
            Examples whole = Examples.successors(windows(t, 4, 13), 4);
            int[] targets = whole.targets();
            for (int i = 0; i < targets.length - t; i++) {
                targets[i] = i % (t + 1) == 0 ? Examples.NOTHING : targets[i];
            }
            return trainer.step(t, new Examples(4, 1, whole.tokens(), targets), Set.of()).loss();
        });
    }

    @Test
    void whatTouchesTheModelBetweenStepsIsSeen() {
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) -> {
            double evaluated = trainer.evaluate(Examples.successors(windows(-t, 4, 13), 4));
            if (t == 5) {
                model.parameters().forEach(cell -> cell.set(backend.upload(HostArray.of(cell.shape(), DType.F32, new double[cell.shape().elements()]))));
            }
            return evaluated + plainly(t, trainer, model, backend);
        });
    }

    @Test
    void aTrainerMayGoBackToAnEarlierState() {
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) -> {
            Map<String, HostArray> before = trainer.state();
            double first = plainly(t, trainer, model, backend);
            trainer.restore(before::get);
            assertThat(plainly(t, trainer, model, backend)).isEqualTo(first);
            return first;
        });
    }

    @Test
    void aViewOfAParameterKeepsItsValues() {
        Tensor[] view = new Tensor[1];
        double[][] values = new double[1][];
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) -> {
            Tensor weight = model.parameters().getLast().value();
            if (t == 4) {
                view[0] = new Ops(backend).stopGradient(weight);
                values[0] = backend.download(weight).toDoubles();
            }
            double loss = plainly(t, trainer, model, backend);
            if (t >= 4) {
                assertThat(backend.download(view[0]).toDoubles()).isEqualTo(values[0]);
            }
            return loss;
        });
    }

    private static TrainingSpec clipped(double limit) {
        return TRAINING.with(CLIP, limit);
    }

    /** At the second limit some steps are clipped and some are not. */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 2, 1000})
    void dropoutAndClippingTrainToTheSameBits(double limit) {
        requireSame(spec().with(DROPOUT, 0.1), clipped(limit), 2, RoutineTest::plainly);
        requireSame(spec().with(PLACEMENT, "post").with(DROPOUT, 0.5).with(D_MODEL, 30), clipped(limit), 1, RoutineTest::plainly);
        requireSame(spec().with(FAMILY, ModelSpec.Family.GRU).with(DROPOUT, 0.1), clipped(limit), 2, RoutineTest::plainly);
    }

    /** By the step's stream and the place's path, replayed or not. */
    @Test
    void eachStepDropsByKeysOfItsOwn() {
        requireSame(spec().with(DROPOUT, 0.3), TRAINING, 2, (t, trainer, model, backend) -> {
            Examples examples = Examples.successors(windows(t, 4, 13), 4);
            double expected;
            try (TensorScope _ = backend.openScope()) {
                Tensor tokens = backend.upload(HostArray.of(Shape.of(4, 12), examples.tokens()));
                Tensor targets = backend.upload(HostArray.of(Shape.of(4, 12), examples.targets()));
                expected = backend.download(model.loss(Pass.training(backend, KEY.split("dropout").split(t)), tokens, targets)).scalar();
            }
            double found = trainer.step(t, examples, Set.of()).loss();
            assertThat(found).isEqualTo(expected);
            return found;
        });
    }

    @Test
    void stepsWithDropoutAndClippingAreReplayed() {
        assertThat(asked(RoutineTest::plainly)).isEqualTo(2);
    }

    /** How often steps with dropout and clipping are asked what they do. */
    private static int asked(Course course) {
        try (SimdBackend backend = new SimdBackend(2)) {
            int[] asked = {0};
            Backend counting = new DelegatingBackend("counting", backend) {
                @Override
                public Routine routine(Supplier<Tensor> step) {
                    return inner.routine(() -> {
                        asked[0]++;
                        return step.get();
                    });
                }
            };
            trained(counting, spec().with(DROPOUT, 0.1), clipped(0.05), course);
            return asked[0];
        }
    }

    @Test
    void stepsThatAreMeasuredAreReplayed() {
        Set<Measure> measures = Set.copyOf(Measures.BUILT_IN);
        assertThat(asked((t, trainer, model, backend) -> trainer.step(t, windows(t, 4, 13), 4, measures).loss())).isEqualTo(2);
        assertThat(asked((t, trainer, model, backend) -> trainer.step(t, windows(t, 4, 13), 4, t % 2 == 0 ? measures : Set.of()).loss())).isEqualTo(2 + 2);
    }

    /** On examples of another form than those that are trained on. */
    @Test
    void evaluationsAreReplayed() {
        Map<Trainer, Answering> pupils = new HashMap<>();
        assertThat(asked((t, trainer, model, backend) -> {
            double loss = plainly(t, trainer, model, backend);
            Examples examples = Examples.successors(windows(-t, 3, 9), 3);
            Answering.Answer answer = pupils.computeIfAbsent(trainer, _ -> new Answering(backend, model)).to(examples);
            double evaluated = trainer.evaluate(examples);
            assertThat(Arrays.stream(answer.losses()).average().orElseThrow()).isCloseTo(evaluated, offset(1e-6));
            return loss + evaluated;
        })).isEqualTo(2 + 2 * 3);
    }

    @Test
    void evaluationsHaveTheSameBits() {
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) -> {
            double sum = plainly(t, trainer, model, backend);
            for (int i = 0; i < 3; i++) {
                Examples examples = Examples.successors(windows(-t * 3 - i, 3, 9), 3);
                Answering.Answer answer = new Answering(backend, model).to(examples);
                sum += trainer.evaluate(examples) + Arrays.stream(answer.losses()).sum() + Arrays.stream(answer.likeliest()).sum();
            }
            return sum;
        });
    }

    /** How often a step is asked what it does, over so many runs on x = 1, 2, 3 … */
    private static int asked(SimdBackend backend, int runs, UnaryOperator<Tensor> body, double... expected) {
        int[] asked = {0};
        Tensor[] x = {backend.upload(HostArray.of(Shape.of(1), DType.F32, new double[] {0}))};
        Supplier<Tensor> step = () -> {
            asked[0]++;
            try (TensorScope scope = backend.openScope()) {
                return scope.keep(body.apply(x[0]));
            }
        };
        Routine routine = backend.routine(step);
        for (int i = 0; i < runs; i++) {
            try (TensorScope _ = backend.openScope()) {
                x[0] = backend.update(new Assign(), x[0], backend.upload(HostArray.of(Shape.of(1), DType.F32, new double[] {i + 1})))[0];
                assertThat(backend.download(routine.run()).scalar()).isEqualTo(expected[i]);
                new Ops(backend).exp(x[0]); // takes an array that waits
            }
        }
        return asked[0];
    }

    @Test
    void aStepIsAskedTwiceAndThenReplayed() {
        try (SimdBackend backend = new SimdBackend(1)) {
            Ops ops = new Ops(backend);
            assertThat(asked(backend, 5, x -> ops.neg(ops.mul(x, x)), -1, -4, -9, -16, -25)).isEqualTo(2);
        }
    }

    @Test
    void aStepInTouchWithTheHostIsAskedEveryTime() {
        try (SimdBackend backend = new SimdBackend(1)) {
            Ops ops = new Ops(backend);
            assertThat(asked(backend, 7, x -> ops.add(x, backend.upload(backend.download(x))), 2, 4, 6, 8, 10, 12, 14)).isEqualTo(7);
        }
    }

    @Test
    void whatAReplayWritesIsNotHandedToOthers() {
        try (SimdBackend backend = new SimdBackend(1)) {
            Ops ops = new Ops(backend);
            Tensor x = backend.upload(HostArray.of(Shape.of(100), DType.F32, new double[100]));
            Routine routine = backend.routine(() -> {
                try (TensorScope scope = backend.openScope()) {
                    return scope.keep(ops.exp(ops.neg(ops.exp(x))));
                }
            });
            List<Tensor> results = new ArrayList<>();
            List<Tensor> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                results.add(routine.run());
                others.add(ops.exp(x));
                others.add(ops.exp(x));
            }
            assertThat(results).allSatisfy(result -> assertThat(backend.download(result).toDoubles()).containsOnly((float) Math.exp(-1)));
            assertThat(others).allSatisfy(other -> assertThat(backend.download(other).toDoubles()).containsOnly(1));
        }
    }

    /** What {@code step} comes to when asked and as a routine, on inputs whose values change. */
    private static void requireSameResult(int threads, BiFunction<SimdBackend, Tensor[], Tensor> step, Shape... shapes) {
        try (SimdBackend backend = new SimdBackend(threads)) {
            Tensor[] inputs = Stream.of(shapes).map(shape -> backend.upload(normal(shape, 0))).toArray(Tensor[]::new);
            Supplier<Tensor> scoped = () -> {
                try (TensorScope scope = backend.openScope()) {
                    return scope.keep(step.apply(backend, inputs));
                }
            };
            Routine routine = backend.routine(scoped);
            for (int run = 1; run <= 6; run++) {
                for (int i = 0; i < inputs.length; i++) {
                    inputs[i] = backend.update(new Assign(), inputs[i], backend.upload(normal(shapes[i], run)))[0];
                }
                double[] asked = backend.download(scoped.get()).toDoubles();
                assertThat(backend.download(routine.run()).toDoubles()).as("run %d", run).isEqualTo(asked);
            }
        }
    }

    private static HostArray normal(Shape shape, int draw) {
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = KEY.split(draw).normal(i);
        }
        return HostArray.of(shape, DType.F32, values);
    }

    @Test
    void aRoutineMayRunWithinAnother() {
        SimdBackend[] on = new SimdBackend[1];
        Routine[] inner = new Routine[1];
        requireSameResult(1, (backend, in) -> {
            Ops ops = new Ops(backend);
            if (on[0] != backend) {
                on[0] = backend;
                inner[0] = backend.routine(() -> ops.exp(in[0]));
            }
            return ops.neg(ops.mul(inner[0].run(), in[0]));
        }, Shape.of(3, 7));
    }

    @Test
    void aResultMayBeReleasedOrTakenOver() {
        try (SimdBackend backend = new SimdBackend(1)) {
            Ops ops = new Ops(backend);
            Tensor x = backend.upload(HostArray.of(Shape.of(40), DType.F32, new double[40]));
            Routine routine = backend.routine(() -> ops.exp(x));
            for (int run = 0; run < 5; run++) {
                backend.release(routine.run());
                Tensor other = ops.exp(x);
                Tensor sum = backend.update(new Accumulate(), routine.run(), x)[0];
                routine.run();
                assertThat(backend.download(other).toDoubles()).containsOnly(1);
                assertThat(backend.download(sum).toDoubles()).containsOnly(1);
            }
        }
    }

    @Test
    void aTensorMayBeAddedToItself() {
        requireSameResult(1, (backend, in) -> {
            Tensor copy = new Ops(backend).exp(in[0]);
            return backend.update(new Accumulate(), copy, copy)[0];
        }, Shape.of(30));
    }

    @Test
    void anInputMayBeSeenInAnotherShape() {
        requireSameResult(2, (backend, in) -> {
            Ops ops = new Ops(backend);
            return ops.relu(ops.linear(ops.mergeAxes(in[0], 0), in[1], null));
        }, Shape.of(4, 6, 32), Shape.of(32, 16));
    }

    @Test
    void anImpossibleTargetIsReportedAndTrainingGoesOn() {
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) -> {
            if (t == 5) {
                int[] windows = windows(t, 4, 13);
                windows[7] = 17;
                assertThatThrownBy(() -> trainer.step(t, windows, 4, Set.of())).isInstanceOf(IndexOutOfBoundsException.class).hasMessageContaining("17");
            }
            return plainly(t, trainer, model, backend);
        });
    }

    @Test
    void twoModelsMayTrainInTurn() {
        LanguageModel[] second = new LanguageModel[1];
        Trainer[] other = new Trainer[1];
        requireSame(spec(), TRAINING, 2, (t, trainer, model, backend) -> {
            if (t == 1) {
                second[0] = ModelBuilder.build(spec().with(PLACEMENT, "post"), ModelParts.CATALOG);
                second[0].initialize(backend, DType.F32, KEY);
                other[0] = new Trainer(backend, second[0], TRAINING, TrainingParts.CATALOG, KEY);
            }
            return plainly(t, trainer, model, backend) + plainly(t, other[0], second[0], backend);
        });
    }

    @Test
    void aProductThatIsTheResultIsKept() {
        requireSameResult(2, (backend, in) -> {
            Ops ops = new Ops(backend);
            Tensor product = ops.linear(in[0], in[1], null);
            ops.add(product, in[2]);
            return product;
        }, Shape.of(50, 32), Shape.of(32, 48), Shape.of(50, 48));
    }

    @Test
    void aProductThatIsReadAgainIsKept() {
        requireSameResult(2, (backend, in) -> {
            Ops ops = new Ops(backend);
            Tensor product = ops.linear(in[0], in[1], null);
            Tensor sum = ops.add(product, in[2]);
            return ops.mul(sum, ops.exp(product));
        }, Shape.of(50, 32), Shape.of(32, 48), Shape.of(50, 48));
    }

    /** The right side's array is taken by what follows: it must not be written while other rows still need it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatAProductReadsIsNotWrittenBeside(int threads) {
        requireSameResult(threads, (backend, in) -> {
            Ops ops = new Ops(backend);
            Tensor weight = ops.neg(in[1]);
            Tensor product = ops.linear(in[0], weight, null);
            backend.release(weight);
            return ops.relu(product);
        }, Shape.of(192, 192), Shape.of(192, 64));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre", "post"})
    void neighboursAreJoined(String placement) {
        try (SimdBackend backend = new SimdBackend(2)) {
            List<String> names = names(backend, spec().with(PLACEMENT, placement));
            String whole = String.join("\n", names);
            assertThat(names).contains("linear, linear, linear", "linear + gelu");
            assertThat(String.join("\n", names(backend, spec().with(PLACEMENT, placement).with(DROPOUT, 0.1))))
                    .contains("linear + dropout + add + layerNorm").contains("linear.backward + gelu.backward");
            assertThat(whole).contains("linear + add + layerNorm").contains("linear.backward + gelu.backward");
            assertThat(names).doesNotContain("gelu", "gelu.backward", "layerNorm".repeat(2));
        }
    }

    /** The operations of a recorded step, joined. */
    private static List<String> names(SimdBackend backend, ModelSpec spec) {
        List<String> names = new ArrayList<>();
        Backend listening = new DelegatingBackend("listening", backend) {
            @Override
            public Routine routine(Supplier<Tensor> step) {
                return () -> {
                    Recording.Recorded recorded = backend.record(step);
                    names.clear();
                    recorded.written().flatMap(backend::plan).ifPresent(plan -> names.addAll(plan.names()));
                    return recorded.result();
                };
            }
        };
        trained(listening, spec, TRAINING, RoutineTest::plainly);
        return names;
    }
}
