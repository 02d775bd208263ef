package io.fluxo.train;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.golden.Setup;
import io.fluxo.layer.BrokenPartException;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Evidence.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a step is made of: its loss, its gradients, its update, and what the next one goes on from. */
class TrainerTest {

    private static final RandomKey KEY = RandomKey.of(12);
    private static final Setup SETUP = Setup.ALL.getFirst(); // in double precision
    private static final ModelSpec SPEC = ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, 4).with(N_HEADS, 2).with(D_MLP, 5).with(N_CTX, 4).with(D_VOCAB, 5)
            .with(NORM_AFFINE, true);
    private static final TrainingSpec SGD = TrainingSpec.DEFAULT.with(OPTIMIZER, "sgd").with(LR, 0.1);

    private Backend backend;
    private TensorScope scope;

    @BeforeEach
    void open() {
        backend = SETUP.open();
        scope = backend.openScope();
    }

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private LanguageModel model(ModelSpec spec) {
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, SETUP.dtype(), KEY.split("init"));
        return model;
    }

    private Trainer trainer(LanguageModel model, TrainingSpec spec) {
        return new Trainer(backend, model, spec, TrainingParts.CATALOG, KEY.split("dropout"));
    }

    /** Keeps the evidence of the step that it measured last. */
    private static final class Witness implements Measure {
        private Evidence seen;

        @Override
        public String label() {
            return "witness";
        }

        @Override
        public Set<Kind> needs() {
            return Set.of(Kind.GRADIENTS, Kind.WEIGHTS_BEFORE, Kind.WEIGHTS_AFTER);
        }

        @Override
        public double[] figures(Evidence evidence) {
            seen = evidence;
            return new double[0];
        }
    }

    private static double[] flat(List<HostArray> arrays) {
        return arrays.stream().flatMapToDouble(array -> Arrays.stream(array.toDoubles())).toArray();
    }

    private static double norm(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(x -> x * x).sum());
    }

    private static final Examples TEXT = Examples.successors(new int[] {0, 1, 2, 3, 4, 4, 2, 0, 1, 3}, 2);

    /** w' = w − lr · min(1, clip/‖g‖) · g, ‖g‖ over all parameters, biases and gains too; what is measured is g itself. */
    @Test
    void aClippedStepIsAsLongAsTheLimitSays() {
        Witness witness = new Witness();
        for (double clip : new double[] {0, 0.01, 1e6}) {
            LanguageModel model = model(SPEC);
            assertThat(model.parameters()).filteredOn(parameter -> parameter.shape().rank() == 1).hasSizeGreaterThan(6);
            trainer(model, SGD.with(CLIP, clip)).step(1, TEXT, Set.of(witness));
            double[] gradient = flat(witness.seen.of(Kind.GRADIENTS));
            double[] before = flat(witness.seen.of(Kind.WEIGHTS_BEFORE));
            double[] after = flat(witness.seen.of(Kind.WEIGHTS_AFTER));
            double factor = clip == 0.01 ? 0.01 / norm(gradient) : 1;
            assertThat(norm(gradient)).isGreaterThan(0.1);
            for (int i = 0; i < before.length; i++) {
                assertThat(after[i]).isCloseTo(before[i] - 0.1 * factor * gradient[i], within(1e-14));
            }
            assertThat(after).isEqualTo(flat(model.parameters().stream().map(parameter -> backend.download(parameter.value())).toList()));
        }
    }

    /** By finite differences of the loss, which is the mean over what is asked. */
    @Test
    void theGradientIsThatOfTheMeanLossOfWhatIsAsked() {
        Examples examples = new Examples(2, 1, new int[] {0, 1, 2, 3, 4, 2}, new int[] {1, Examples.NOTHING, 3, Examples.NOTHING, Examples.NOTHING, 0});
        LanguageModel model = model(SPEC);
        double[] losses = new Answering(backend, model).to(examples).losses();
        double mean = (losses[0] + losses[2] + losses[5]) / 3;
        Trainer trainer = trainer(model, SGD);
        assertThat(trainer.evaluate(examples)).isCloseTo(mean, within(1e-14));
        Parameter bias = model.parameters().stream().filter(parameter -> parameter.name().equals("blocks.0.mlp.b_out")).findFirst().orElseThrow();
        HostArray old = backend.download(bias.value());
        double[] shifted = old.toDoubles().clone();
        shifted[2] += 1e-5;
        bias.set(backend.upload(new HostArray(bias.shape(), old.dtype(), shifted)));
        double slope = (trainer.evaluate(examples) - mean) / 1e-5;
        bias.set(backend.upload(new HostArray(bias.shape(), old.dtype(), old.array())));
        Witness witness = new Witness();
        assertThat(trainer.step(1, examples, Set.of(witness)).loss()).isCloseTo(mean, within(1e-14));
        int at = witness.seen.parameters().indexOf(bias.name());
        assertThat(witness.seen.of(Kind.GRADIENTS).get(at).toDoubles()[2]).isCloseTo(slope, within(1e-4));
    }

    /** Steps on examples of one form take turns on the same tensors: nothing of the former examples is left. */
    @Test
    void everyStepSeesItsOwnExamples() {
        List<Examples> all = new ArrayList<>(List.of(TEXT, Examples.successors(new int[] {4, 3, 2, 1, 0, 0, 0, 1, 1, 2}, 2)));
        int no = Examples.NOTHING;
        all.add(new Examples(1, 1, new int[] {0, 1, 2}, new int[] {no, 2, no}));
        all.add(new Examples(1, 1, new int[] {3, 1, 2}, new int[] {1, no, 4}));
        all.add(new Examples(1, 1, new int[] {3, 1, 4}, new int[] {no, no, 0}));
        TrainingSpec still = SGD.with(LR, 0.0);
        Trainer one = trainer(model(SPEC), still);
        for (int t = 1; t <= all.size(); t++) {
            double alone = trainer(model(SPEC), still).step(1, all.get(t - 1), Set.of()).loss();
            assertThat(one.step(t, all.get(t - 1), Set.of()).loss()).as("step %d", t).isEqualTo(alone);
            assertThat(one.evaluate(all.get(t - 1))).as("evaluation %d", t).isCloseTo(alone, within(1e-14));
        }
    }

    /** Without dropout in evaluation, and with other elements dropped in every step of training. */
    @Test
    void dropoutDiffersFromStepToStepAndIsAbsentFromEvaluation() {
        ModelSpec spec = SPEC.with(DROPOUT, 0.3);
        Trainer trainer = trainer(model(spec), SGD.with(LR, 0.0));
        assertThat(trainer.evaluate(TEXT)).isEqualTo(trainer(model(SPEC), SGD).evaluate(TEXT));
        List<Double> losses = new ArrayList<>();
        for (int t = 1; t <= 8; t++) {
            losses.add(trainer.step(t, TEXT, Set.of()).loss());
        }
        assertThat(losses).doesNotHaveDuplicates();
        assertThat(trainer.step(3, TEXT, Set.of()).loss()).as("a step's number decides, not how many went before").isEqualTo(losses.get(2));
    }

    /** Parameters, running statistics and moments: with all of them another trainer goes on with the same bits. */
    @Test
    void stateIsAllThatTheNextStepsDependOn() {
        ModelSpec spec = SPEC.with(NORM, "batch_norm").with(DROPOUT, 0.2);
        TrainingSpec adam = TrainingSpec.DEFAULT.with(OPTIMIZER, "adamw").with(WEIGHT_DECAY, 0.1).with(CLIP, 0.5);
        LanguageModel model = model(spec);
        Trainer trainer = trainer(model, adam);
        trainer.step(1, TEXT, Set.of());
        trainer.step(2, TEXT, Set.of());
        Map<String, HostArray> state = new LinkedHashMap<>(trainer.state());
        assertThat(state.keySet()).containsAll(model.cells().stream().map(Cell::name).toList())
                .contains("blocks.0.ln1.running_mean", "blocks.0.ln2.running_var", "optimizer.0.W_E", "optimizer.1.blocks.0.mlp.b_in");

        LanguageModel other = ModelBuilder.build(spec, ModelParts.CATALOG);
        other.initialize(backend, SETUP.dtype(), RandomKey.of(99));
        Trainer restored = trainer(other, adam);
        restored.step(1, TEXT, Set.of());
        restored.restore(state::get);
        assertThat(restored.evaluate(TEXT)).isEqualTo(trainer.evaluate(TEXT));
        assertThat(restored.step(3, TEXT, Set.of()).loss()).isEqualTo(trainer.step(3, TEXT, Set.of()).loss());
        Map<String, HostArray> after = trainer.state();
        Map<String, HostArray> afterRestored = restored.state();
        assertThat(afterRestored.keySet()).isEqualTo(after.keySet());
        after.forEach((name, values) -> assertThat(afterRestored.get(name).toDoubles()).as(name).isEqualTo(values.toDoubles()));
    }

    /** A rule that is composed of operations is given the step's learning rate, and its results stand in the place of parameter and state. */
    @Test
    void aComposedRuleTakesTheStepsLearningRate() {
        OptimizerKind momentum = (spec, decay) -> new UpdateRule.Composition((ops, w, state, gradient, rate) -> {
            Tensor m = ops.add(ops.scale(state[0], 0.5), gradient);
            return new Tensor[] {ops.sub(w, ops.mul(m, rate)), m};
        }, 1);
        Catalog catalog = Catalog.of(new ModelParts(), new TrainingParts(), to -> to.add(OptimizerKind.KIND, "momentum", momentum));
        LanguageModel model = model(SPEC);
        Trainer trainer = new Trainer(backend, model, TrainingSpec.DEFAULT.with(OPTIMIZER, "momentum").with(LR, 0.2).with(WARMUP, 4), catalog, KEY);
        Witness witness = new Witness();
        double[] m = new double[0];
        for (int t = 1; t <= 3; t++) {
            trainer.step(t, TEXT, Set.of(witness));
            double[] gradient = flat(witness.seen.of(Kind.GRADIENTS));
            double[] before = flat(witness.seen.of(Kind.WEIGHTS_BEFORE));
            double[] after = flat(witness.seen.of(Kind.WEIGHTS_AFTER));
            m = m.length == 0 ? new double[gradient.length] : m;
            for (int i = 0; i < m.length; i++) {
                m[i] = 0.5 * m[i] + gradient[i];
                assertThat(after[i]).isCloseTo(before[i] - 0.05 * t * m[i], within(1e-14));
            }
        }
    }

    /** A tenth of the way from (0, 1) to the batch's statistics after each step. */
    @Test
    void runningStatisticsMoveAfterEveryStep() {
        LanguageModel model = model(SPEC.with(NORM, "batch_norm"));
        Trainer trainer = trainer(model, SGD.with(LR, 0.0));
        Cell mean = model.cells().stream().filter(cell -> cell.name().equals("blocks.0.ln1.running_mean")).findFirst().orElseThrow();
        trainer.step(1, TEXT, Set.of());
        double[] once = backend.download(mean.value()).toDoubles().clone();
        trainer.step(2, TEXT, Set.of());
        double[] twice = backend.download(mean.value()).toDoubles();
        for (int i = 0; i < once.length; i++) {
            assertThat(once[i]).isNotZero();
            assertThat(twice[i]).isCloseTo(1.9 * once[i], within(1e-14)); // 0.1μ, then 0.9·0.1μ + 0.1μ
        }
    }

    /** A model's answer is the token whose own loss is the smallest. */
    @Test
    void theLikeliestTokenIsThatOfTheSmallestLoss() {
        LanguageModel model = model(SPEC);
        int[] tokens = {0, 1, 2, 3};
        double[] smallest = new double[4];
        int[] likeliest = new int[4];
        Arrays.fill(smallest, Double.POSITIVE_INFINITY);
        for (int id = 0; id < 5; id++) {
            double[] losses = new Answering(backend, model).to(new Examples(1, 1, tokens, new int[] {id, id, id, id})).losses();
            for (int i = 0; i < 4; i++) {
                if (losses[i] < smallest[i]) {
                    smallest[i] = losses[i];
                    likeliest[i] = id;
                }
            }
        }
        assertThat(likeliest).satisfies(ids -> assertThat(Arrays.stream(ids).sum()).as("not 0 everywhere").isPositive());
        assertThat(new Answering(backend, model).to(new Examples(1, 1, tokens, tokens)).likeliest()).isEqualTo(likeliest);
    }

    /** Where something is not asked, nothing else changes: the other targets are asked as before. */
    @Test
    void inputsHoldWhatIsAskedAndHowMuchItCounts() {
        StepInputs some = new StepInputs(backend, SETUP.dtype(), new Examples(1, 1, new int[] {1, 2, 3}, new int[] {4, Examples.NOTHING, 2}));
        assertThat(some.tokens().shape()).isEqualTo(Shape.of(1, 3));
        assertThat(backend.download(some.tokens()).toDoubles()).containsExactly(1, 2, 3);
        assertThat(backend.download(some.targets()).toDoubles()).containsExactly(4, 0, 2);
        assertThat(some.weights().map(weights -> backend.download(weights).toDoubles())).hasValue(new double[] {0.5, 0, 0.5});
        StepInputs channels = new StepInputs(backend, SETUP.dtype(), new Examples(1, 2, new int[] {1, 2, 3, 4}, new int[] {4, 2}));
        assertThat(channels.tokens().rank()).isEqualTo(3);
        assertThat(channels.weights()).isEmpty();
    }

    /** Remembers what was released. */
    private static final class Releases extends DelegatingBackend {
        private final Set<Tensor> released = Collections.newSetFromMap(new IdentityHashMap<>());

        private Releases(Backend inner) {
            super("releases", inner);
        }

        @Override
        public void release(Tensor tensor) {
            released.add(tensor);
            super.release(tensor);
        }
    }

    @Test
    void inputsOfAFormThatIsOverAreReleased() {
        Releases releases = new Releases(backend);
        LanguageModel model = model(SPEC);
        Trainer trainer = new Trainer(releases, model, SGD, TrainingParts.CATALOG, KEY);
        Examples asked = new Examples(1, 1, new int[] {0, 1, 2}, new int[] {Examples.NOTHING, 2, Examples.NOTHING});
        Function<Set<Tensor>, Long> ids = tensors -> tensors.stream().filter(tensor -> !tensor.dtype().isFloating()).count();
        trainer.evaluate(asked);
        assertThat(ids.apply(releases.released)).isZero();
        trainer.evaluate(TEXT);
        assertThat(ids.apply(releases.released)).as("tokens and targets").isEqualTo(2);
        assertThat(releases.released).as("weights").filteredOn(tensor -> tensor.dtype().isFloating() && tensor.shape().rank() == 2).hasSize(1);
        trainer.step(1, asked, Set.of());
        assertThat(ids.apply(releases.released)).isEqualTo(2);
        trainer.step(2, TEXT, Set.of());
        assertThat(ids.apply(releases.released)).isEqualTo(4);
    }

    @Test
    void aStateOfAnotherShapeOrTypeIsRefused() {
        Trainer trainer = trainer(model(SPEC), SGD);
        Map<String, HostArray> state = trainer.state();
        assertThatThrownBy(() -> trainer.restore(name -> HostArray.of(Shape.of(3), 1.0, 2, 3))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("f64 [3] cannot take the place of f64 [");
        assertThatThrownBy(() -> trainer.restore(name -> state.get(name).cast(DType.F32))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("f32 .* cannot take the place of f64 .*");
    }

    /** The stream's norms of a step are those of a pass of evaluation that keeps the stream, since this model drops nothing. */
    @Test
    void aMeasuredStepTellsTheFiguresOfTheStream() {
        LanguageModel model = model(SPEC.with(N_LAYERS, 2));
        Cache cache = new Cache(point -> model.streamPoints().contains(point.name()));
        model.forward(Pass.evaluation(backend).with(cache), backend.upload(HostArray.of(Shape.of(2, 4), TEXT.tokens())));
        List<HostArray> stream = cache.values().values().stream().map(backend::download).toList();
        assertThat(stream).hasSize(3);
        double[] expected = Measures.STREAM_NORM_BY_LAYER.figures(new Evidence(List.of(), List.of(), Map.of(Kind.STREAM, stream)));
        Map<Measure, double[]> measured = trainer(model, SGD).step(1, TEXT, Set.of(Measures.STREAM_NORM_BY_LAYER, Measures.STREAM_GRAD_NORM_BY_LAYER)).measured();
        assertThat(measured.get(Measures.STREAM_NORM_BY_LAYER)).usingComparatorWithPrecision(1e-12).containsExactly(expected);
        assertThat(measured.get(Measures.STREAM_GRAD_NORM_BY_LAYER)).hasSize(3).satisfies(norms -> assertThat(Arrays.stream(norms)).allMatch(norm -> norm > 0));
    }

    @Test
    void aMeasureThatReturnsNothingIsNamed() {
        Measure nothing = new Measure() {
            @Override
            public String label() {
                return "nothing";
            }

            @Override
            public Set<Kind> needs() {
                return Set.of();
            }

            @Override
            public double[] figures(Evidence evidence) {
                return null;
            }
        };
        assertThatThrownBy(() -> trainer(model(SPEC), SGD).step(1, TEXT, Set.of(nothing))).isInstanceOf(BrokenPartException.class)
                .hasMessage("the measure 'nothing' returned null instead of figures");
    }
}
