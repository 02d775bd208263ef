package io.fluxo.stream;

import static io.fluxo.model.ModelSpec.D_MLP;
import static io.fluxo.model.ModelSpec.D_MODEL;
import static io.fluxo.model.ModelSpec.D_VOCAB;
import static io.fluxo.model.ModelSpec.N_CTX;
import static io.fluxo.model.ModelSpec.N_HEADS;
import static io.fluxo.model.ModelSpec.N_LAYERS;
import static io.fluxo.model.ModelSpec.PLACEMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each intervention against what it is said to do, computed here by hand, element by element. */
class InterventionTest {

    /** [batch pos head d_head]. */
    private static final String Z = "blocks.1.attn.hook_z";
    private static final int BATCH = 2;
    private static final int POS = 5;
    private static final int HEADS = 2;
    private static final int WIDTH = 4;
    private static final int ELEMENTS = BATCH * POS * HEADS * WIDTH;

    private final Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Pass pass = Pass.evaluation(backend);
    private final HostArray ids = HostArray.of(Shape.of(BATCH, POS), 3, 1, 4, 1, 5, 6, 2, 0, 6, 3);
    private final Tensor tokens = backend.upload(ids);
    private final Transformer model = model(backend, DType.F64);
    private final double[] plain = at(Z);

    @AfterEach
    void close() {
        backend.close();
    }

    private static Transformer model(Backend backend, DType dtype) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, HEADS * WIDTH).with(N_HEADS, HEADS).with(D_MLP, 12).with(N_CTX, 6).with(D_VOCAB, 7).with(PLACEMENT, "post");
        Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
        RandomKey key = RandomKey.of(11);
        model.fill(cell -> backend.upload(HostArray.of(cell.shape(), dtype, Initializer.normal(0.6).sample(cell.shape(), key.split(cell.name())))));
        return model;
    }

    /** The value at {@code point} after {@code hooks}. */
    private double[] at(String point, Hooks... hooks) {
        Cache after = Cache.of(point);
        model.forward(pass.with(Hooks.all(Stream.concat(Stream.of(hooks), Stream.of(after)).toList())), tokens);
        return backend.download(after.get(point)).toDoubles();
    }

    private double[] logits(Hooks hooks) {
        return backend.download(model.forward(pass.with(hooks), tokens)).toDoubles();
    }

    private Tensor tensor(Shape shape, double... values) {
        return backend.upload(HostArray.of(shape, values));
    }

    /** The mean of {@code plain} over the elements that have the same head and feature as {@code i}, and are kept by {@code group}. */
    private double mean(int i, IntUnaryOperator group) {
        return IntStream.range(0, ELEMENTS).filter(j -> j % (HEADS * WIDTH) == i % (HEADS * WIDTH) && group.applyAsInt(j) == group.applyAsInt(i)).mapToDouble(j -> plain[j]).average()
                .orElseThrow();
    }

    private static double[] each(IntToDoubleFunction value) {
        return IntStream.range(0, ELEMENTS).mapToDouble(value).toArray();
    }

    @Test
    void zeroAndScale() {
        assertThat(at(Z, Intervention.zero(Z))).containsOnly(0);
        assertThat(at(Z, Intervention.scale(Z, -1.5))).containsExactly(each(i -> plain[i] * -1.5));
    }

    @Test
    void replaceAndResample() {
        double[] other = each(i -> i);
        assertThat(at(Z, Intervention.replace(Z, tensor(Shape.of(BATCH, POS, HEADS, WIDTH), other)))).containsExactly(other);

        Cache elsewhere = Cache.of(Z);
        model.forward(pass.with(elsewhere), backend.upload(HostArray.of(Shape.of(BATCH, POS), 0, 0, 1, 1, 2, 2, 3, 3, 4, 4)));
        assertThat(at(Z, Intervention.resample(Z, elsewhere))).containsExactly(backend.download(elsewhere.get(Z)).toDoubles()).isNotEqualTo(plain);
        Cache all = Cache.of("blocks.*.attn.hook_z");
        model.forward(pass.with(all), tokens);
        assertThat(logits(Intervention.resample("blocks.*.attn.hook_z", all))).as("a run with its own values changes nothing").containsExactly(logits(Hooks.NONE));
    }

    @Test
    void means() {
        assertThat(at(Z, Intervention.mean(Z))).containsExactly(each(i -> mean(i, _ -> 0)), within(1e-14));
        assertThat(at(Z, Intervention.meanOverBatch(Z))).containsExactly(each(i -> mean(i, j -> j / (HEADS * WIDTH) % POS)), within(1e-14));
        assertThat(at(Z, Intervention.meanOverPositions(Z))).containsExactly(each(i -> mean(i, j -> j / (HEADS * WIDTH * POS))), within(1e-14));
        double[] given = {1, 2, 3, 4};
        assertThat(at(Z, Intervention.mean(Z, tensor(Shape.of(WIDTH), given)))).containsExactly(each(i -> given[i % WIDTH]));
    }

    /** Queries and keys have no mean over positions; what is learned of a position has no batch. */
    @Test
    void whereAMeanOverPositionsHasNoMeaningItIsRefused() {
        assertThatThrownBy(() -> at(Z, Intervention.mean("blocks.0.attn.hook_pattern"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blocks.0.attn.hook_pattern [2, head=2, 5, 5] has no mean over positions: its axes are queries and keys");
        double[] pattern = at("blocks.0.attn.hook_pattern", Intervention.meanOverBatch("blocks.0.attn.hook_pattern"));
        assertThat(Arrays.copyOf(pattern, 50)).containsExactly(Arrays.copyOfRange(pattern, 50, 100));
        double[] positions = at("hook_pos_embed");
        assertThat(at("hook_pos_embed", Intervention.meanOverBatch("hook_pos_embed"))).as("there is no batch").containsExactly(positions);
        double[] averaged = at("hook_pos_embed", Intervention.mean("hook_pos_embed"));
        int width = HEADS * WIDTH;
        assertThat(averaged).containsExactly(IntStream.range(0, POS * width).mapToDouble(i -> IntStream.range(0, POS).mapToDouble(p -> positions[p * width + i % width]).average()
                .orElseThrow()).toArray(), within(1e-14));
    }

    @Test
    void addAndSteer() {
        double[] direction = {1, -2, 0.5, 0};
        Tensor vector = tensor(Shape.of(WIDTH), direction);
        assertThat(at(Z, Intervention.add(Z, vector))).containsExactly(each(i -> plain[i] + direction[i % WIDTH]));
        assertThat(at(Z, Intervention.steer(Z, vector, 3).at(Index.positions(4)))).containsExactly(each(i -> plain[i] + (position(i) == 4 ? 3 * direction[i % WIDTH] : 0)));
    }

    private static int position(int i) {
        return i / (HEADS * WIDTH) % POS;
    }

    /** Box and Muller, from the draws that the seed and the point's name stand for. */
    @Test
    void noise() {
        double[] noisy = at(Z, Intervention.noise(Z, 0.25, 7));
        RandomKey key = RandomKey.of(7).split(Z);
        RandomKey u = new RandomKey(key.split(0).state() >>> 11);
        RandomKey v = new RandomKey(key.split(1).state() >>> 11);
        assertThat(noisy).containsExactly(each(i -> plain[i] + 0.25 * Math.sqrt(-2 * Math.log(1 - u.uniform(i))) * Math.cos(2 * Math.PI * v.uniform(i))), within(1e-13));
        assertThat(at(Z, Intervention.noise(Z, 0.25, 7))).as("the same seed").containsExactly(noisy);
        assertThat(at(Z, Intervention.noise(Z, 0.25, 8))).as("another seed").isNotEqualTo(noisy);
        double[] drawn = each(i -> (noisy[i] - plain[i]) / 0.25);
        assertThat(Arrays.stream(drawn).map(x -> x * x).average().orElseThrow()).as("about 1: 80 draws").isBetween(0.5, 1.6);
    }

    @Test
    void onlyWhatTheIndexMeansIsChanged() {
        assertThat(at(Z, Intervention.zero(Z).at(Index.heads(1)))).containsExactly(each(i -> i / WIDTH % HEADS == 1 ? 0 : plain[i]));
        assertThat(at(Z, Intervention.zero(Z).at(Index.positions(0, -1)))).containsExactly(each(i -> position(i) == 0 || position(i) == 4 ? 0 : plain[i]));
        assertThat(at(Z, Intervention.zero(Z).at(Index.neurons(2)))).containsExactly(each(i -> i % WIDTH == 2 ? 0 : plain[i]));
        assertThat(at(Z, Intervention.zero(Z).at(Index.parse("[1, 2:, 0, [1,3]]")))).containsExactly(
                each(i -> i >= ELEMENTS / 2 && position(i) >= 2 && i / WIDTH % HEADS == 0 && i % WIDTH % 2 == 1 ? 0 : plain[i]));
        assertThat(at(Z, Intervention.zero(Z).at(Index.parse("[..., -2:-1]")))).containsExactly(each(i -> i % WIDTH == 2 ? 0 : plain[i]));
        assertThat(at(Z, Intervention.mean(Z).at(Index.heads(0)))).containsExactly(each(i -> i / WIDTH % HEADS == 0 ? mean(i, _ -> 0) : plain[i]), within(1e-14));
    }

    @Test
    void anIndexBeyondTheValueIsAnErrorThatNamesAxisAndSize() {
        assertThatThrownBy(() -> at(Z, Intervention.zero(Z).at(Index.heads(2)))).hasMessage(Z + "[:,:,2]: axis 2 of the value [2, 5, head=2, d_head=4] has 2 elements, and 2 is not one"
                + " of them");
        assertThatThrownBy(() -> at(Z, Intervention.zero(Z).at(Index.parse("[0,0,0,0,0]")))).hasMessageContaining("the index names 5 axes, and the value").hasMessageContaining("has 4");
        assertThatThrownBy(() -> at(Z, Intervention.zero(Z).at(Index.of(Index.EVERY, Index.range(2, 2))))).hasMessageContaining("2:2 means nothing of an axis of 5 elements");
        assertThatThrownBy(() -> at(Z, Intervention.zero(Z).at(Index.parse("[:,4:2]")))).hasMessageContaining("4:2 means nothing of an axis of 5 elements");
    }

    @Test
    void aVectorThatDoesNotFitIsAnErrorThatNamesThePoint() {
        assertThatThrownBy(() -> at(Z, Intervention.mean(Z, tensor(Shape.of(3), 1, 2, 3)))).isInstanceOf(ShapeMismatchException.class)
                .hasMessageContaining("intervention at " + Z + ": [3] does not broadcast to");
    }

    /** What is written is what is done. */
    @Test
    void interventionsAreReadAndWrittenAsText() {
        for (String text : List.of("blocks.0.attn.hook_z[:,:,3]=zero", "blocks.3.hook_mlp_out=mean", "blocks.*.t1[...,[0,2],:5]=zero")) {
            assertThat(Intervention.parse(text)).hasToString(text);
        }
        assertThat(logits(Intervention.parse(Z + "[:,:,1]=zero"))).containsExactly(logits(Intervention.zero(Z).at(Index.heads(1)))).isNotEqualTo(logits(Hooks.NONE));
        assertThat(logits(Intervention.parse("blocks.1.t4=mean"))).containsExactly(logits(Intervention.mean("blocks.1.hook_mlp_out")));
    }

    static Stream<Setup> setups() {
        return Setup.ALL.stream();
    }

    /** Every edit runs on every backend and in every type. */
    @ParameterizedTest
    @MethodSource("setups")
    void everyBackendCarriesThemOut(Setup setup) {
        try (Backend other = setup.open()) {
            Transformer there = model(other, setup.dtype());
            Cache from = Cache.of(Z);
            there.forward(Pass.evaluation(other).with(from), other.upload(ids));
            Tensor vector = other.upload(HostArray.of(Shape.of(WIDTH), setup.dtype(), new double[] {1, 2, 3, 4}));
            for (Intervention one : List.of(Intervention.zero(Z), Intervention.mean(Z), Intervention.mean(Z, vector), Intervention.scale(Z, 2), Intervention.noise(Z, 0.1, 3),
                    Intervention.add(Z, vector), Intervention.steer(Z, vector, 0.5), Intervention.resample(Z, from))) {
                Cache here = Cache.of(Z);
                there.forward(Pass.evaluation(other).with(Hooks.all(List.of(one.at(Index.parse("[0,1:3,1]")), here))), other.upload(ids));
                double[] reference = at(Z, on(one).at(Index.parse("[0,1:3,1]")));
                assertThat(other.download(here.get(Z)).toDoubles()).as(one.toString()).containsExactly(reference, within(setup.dtype() == DType.F64 ? 1e-12 : 1e-5));
            }
        }
    }

    /** The same with this test's own tensors. */
    private Intervention on(Intervention one) {
        Tensor vector = tensor(Shape.of(WIDTH), 1, 2, 3, 4);
        Cache from = Cache.of(Z);
        model.forward(pass.with(from), tokens);
        return switch (one.edit()) {
            case Edit.GivenMean _ -> Intervention.mean(Z, vector);
            case Edit.Steer(Tensor _, double coefficient) -> Intervention.steer(Z, vector, coefficient);
            case Edit.Resample _ -> Intervention.resample(Z, from);
            case Edit.Noise noise when backend.dtypes().contains(DType.F64) -> new Intervention(Z, noise);
            default -> one;
        };
    }

    @Test
    void severalAreComposedInOrder() {
        assertThat(at(Z, Intervention.scale(Z, 2), Intervention.zero(Z).at(Index.heads(0)), Intervention.add(Z, tensor(Shape.of(1), 1)))).containsExactly(
                each(i -> (i / WIDTH % HEADS == 0 ? 0 : 2 * plain[i]) + 1));
    }

    @Test
    void aPatternReachesEveryLayer() {
        Hooks each = Hooks.all(List.of(Intervention.scale("blocks.0.hook_mlp_out", 0.5), Intervention.scale("blocks.1.hook_mlp_out", 0.5)));
        assertThat(logits(Intervention.scale("blocks.*.hook_mlp_out", 0.5))).containsExactly(logits(each));
        assertThat(logits(Intervention.scale("blocks.*.hook_mlp_contribution", 0.5))).as("by a common name").containsExactly(logits(each));
    }

    @Test
    void whatNothingMatchesIsAnErrorWithTheNearestName() {
        assertThatThrownBy(() -> logits(Intervention.zero("blocks.*.hook_mpl_out"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the model has no hook point 'blocks.*.hook_mpl_out'; the nearest names are blocks.0.hook_mlp_out, blocks.1.hook_mlp_out");
        assertThatThrownBy(() -> logits(Cache.of("blocks.*.nothing*"))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("blocks.*.nothing*");
        assertThatThrownBy(() -> logits(Intervention.zero("blocks.2.hook_mlp_contribution"))).hasMessageContaining("the nearest names are blocks.0.hook_mlp_contribution");
    }

    /** A model that leaves out its last layer still has its hook points. */
    @Test
    void whatTheRunDoesNotReachIsAnError() {
        LanguageModel skipping = new LanguageModel() {
            private final Transformer whole = part(model);

            @Override
            protected Tensor logits(Pass pass, Tensor tokens) {
                return whole.unembed(pass, whole.blocks().getFirst().forward(pass, whole.embed(pass, tokens)));
            }

            @Override
            public List<String> streamPoints() {
                return whole.streamPoints();
            }

            @Override
            public List<String> layerPaths() {
                return whole.layerPaths();
            }
        };
        skipping.forward(pass.with(Intervention.zero("blocks.0.hook_mlp_out")), tokens);
        for (Hooks hooks : List.of(Intervention.zero("blocks.1.hook_mlp_out"), Cache.of("blocks.1.hook_mlp_out"), Intervention.zero("blocks.1.hook_mlp_out").ofGradient(),
                Hooks.all(List.of(Intervention.zero("blocks.0.hook_mlp_out"), Intervention.zero("blocks.1.hook_mlp*"))))) {
            assertThatThrownBy(() -> skipping.forward(pass.with(hooks), tokens)).isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the model has a hook point 'blocks.1.hook_mlp").hasMessageContaining("this run did not reach it");
        }
    }

    // ---- gradients

    /** ∂L/∂x at the embedding, with {@code hooks} in the run; L is the mean cross-entropy. */
    private double[] gradient(Hooks hooks) {
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            model.parameters().forEach(parameter -> tape.watch(parameter.value()));
            Cache cache = Cache.of("hook_embed");
            Tensor loss = model.loss(Pass.evaluation(tape).with(Hooks.all(List.of(cache, hooks))), tokens, tokens);
            return backend.download(tape.gradients(loss, List.of(cache.get("hook_embed")))[0]).toDoubles();
        }
    }

    private double loss(Hooks hooks) {
        return backend.download(model.loss(pass.with(hooks), tokens, tokens)).scalar();
    }

    /** By finite differences: the loss where the embedding is moved, and {@code hooks} act. */
    private double difference(int element, Hooks hooks) {
        double step = 1e-5;
        double[] move = new double[BATCH * POS * HEADS * WIDTH];
        move[element] = step;
        Shape shape = Shape.of(BATCH, POS, HEADS * WIDTH);
        Intervention up = Intervention.add("hook_embed", tensor(shape, move.clone()));
        Intervention down = Intervention.steer("hook_embed", tensor(shape, move.clone()), -1);
        return (loss(Hooks.all(List.of(up, hooks))) - loss(Hooks.all(List.of(down, hooks)))) / (2 * step);
    }

    /** A value that is kept whatever comes in lets no gradient through: as a gradient that is put to 0. */
    @Test
    void aGradientOfZeroIsThatOfAValueThatStaysAsItIs() {
        String point = "blocks.0.hook_attn_out";
        Cache cache = Cache.of(point);
        model.forward(pass.with(cache), tokens);
        Intervention constant = Intervention.replace(point, cache.get(point)).at(Index.parse("[:,1:4]"));
        double[] changed = gradient(Intervention.zero(point).at(Index.parse("[:,1:4]")).ofGradient());
        for (int element : new int[] {0, 9, 17, 41, 63, 79}) {
            assertThat(changed[element]).isCloseTo(difference(element, constant), within(1e-8));
        }
        assertThat(changed).isNotEqualTo(gradient(Hooks.all(List.of())));
    }

    /** The gradient through a branch times c is that of a branch whose deviation from its value is times c. */
    @Test
    void aScaledGradientIsThatOfABranchThatMovesSoMuch() {
        String point = "blocks.1.attn.hook_z";
        double factor = -2.5;
        Cache cache = Cache.of(point);
        model.forward(pass.with(cache), tokens);
        Tensor before = cache.get(point);
        Intervention moves = new Intervention(point, value -> pass.add(before, pass.scale(pass.sub(value, before), factor)));
        double[] changed = gradient(Intervention.scale(point, factor).ofGradient());
        for (int element : new int[] {3, 12, 30, 55, 71}) {
            assertThat(changed[element]).isCloseTo(difference(element, moves), within(1e-8));
        }
    }

    /** What is added to the gradient at a point is the gradient of what is added to the loss: c · value. */
    @Test
    void anAddedGradientIsThatOfATermOfTheLoss() {
        String point = "blocks.0.hook_mlp_out";
        double[] c = IntStream.range(0, HEADS * WIDTH).mapToDouble(i -> 0.1 * i - 0.3).toArray();
        double[] changed = gradient(Intervention.add(point, tensor(Shape.of(HEADS * WIDTH), c)).ofGradient());
        double[] before = gradient(Hooks.all(List.of()));
        double step = 1e-5;
        for (int element : new int[] {1, 20, 40, 66}) {
            double more = (term(point, c, element, step) - term(point, c, element, -step)) / (2 * step);
            assertThat(changed[element]).isCloseTo(before[element] + more, within(1e-8));
        }
    }

    /** Σ c · value where the embedding is moved. */
    private double term(String point, double[] c, int element, double step) {
        double[] move = new double[BATCH * POS * HEADS * WIDTH];
        move[element] = step;
        double[] value = at(point, Intervention.add("hook_embed", tensor(Shape.of(BATCH, POS, HEADS * WIDTH), move)));
        return IntStream.range(0, value.length).mapToDouble(i -> c[i % c.length] * value[i]).sum();
    }

    /** A gradient that has been passed on is released, and its memory used again: never the caller's. */
    @ParameterizedTest
    @MethodSource("setups")
    void aReplacedGradientIsNotTheCallersTensor(Setup setup) {
        try (Backend other = setup.open(); AutodiffBackend tape = new AutodiffBackend(other)) {
            Transformer there = model(other, setup.dtype());
            Shape shape = Shape.of(BATCH, POS, HEADS * WIDTH);
            double[] ones = new double[shape.elements()];
            Arrays.fill(ones, 1);
            Tensor mine = other.upload(HostArray.of(shape, setup.dtype(), ones));
            Tensor ids = other.upload(this.ids);
            there.parameters().forEach(parameter -> tape.watch(parameter.value()));
            Pass changed = Pass.evaluation(tape).with(Intervention.replace("blocks.1.hook_resid_pre", mine).ofGradient());
            tape.gradients(there.loss(changed, ids, ids), there.parameters().stream().map(Parameter::value).toList());
            assertThat(other.download(mine).toDoubles()).containsOnly(1);
        }
    }

    @Test
    void theValueItselfStaysAsItIs() {
        Intervention zero = Intervention.zero("blocks.0.hook_attn_out").ofGradient();
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            model.parameters().forEach(parameter -> tape.watch(parameter.value()));
            assertThat(tape.download(model.forward(Pass.evaluation(tape).with(zero), tokens)).toDoubles()).containsExactly(logits(Hooks.NONE));
        }
        assertThat(zero).hasToString("gradient at blocks.0.hook_attn_out=zero");
    }

    @Test
    void aGradientThatNeverComesIsAnError() {
        Intervention zero = Intervention.zero("blocks.1.hook_mlp_out").ofGradient();
        assertThatThrownBy(() -> logits(zero)).isInstanceOf(IllegalStateException.class)
                .hasMessage("the gradient at blocks.1.hook_mlp_out is to be changed, but this run records no gradients");
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            assertThatThrownBy(() -> model.forward(Pass.evaluation(tape).with(zero), tokens)).isInstanceOf(IllegalStateException.class).hasMessageContaining("nothing is watched");
        }
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            model.parameters().forEach(parameter -> tape.watch(parameter.value()));
            Cache cache = Cache.of("blocks.0.hook_resid_post");
            model.forward(Pass.evaluation(tape).with(Hooks.all(List.of(cache, zero))), tokens);
            Tensor early = cache.get("blocks.0.hook_resid_post");
            assertThatThrownBy(() -> tape.gradients(early, early, List.of(early))).isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the gradient at blocks.1.hook_mlp_out is to be changed, but none flows back through it");
        }
    }
}
