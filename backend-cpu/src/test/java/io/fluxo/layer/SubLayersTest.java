package io.fluxo.layer;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.checkpoint.ModelDirectory;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.attention.Heads;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.SelfOnlyAttention;
import io.fluxo.layer.network.FeedForward;
import io.fluxo.layer.network.GatedFeedForward;
import io.fluxo.layer.norm.BatchNorm;
import io.fluxo.layer.norm.DynamicTanh;
import io.fluxo.layer.position.LinearBias;
import io.fluxo.layer.position.Rotation;
import io.fluxo.layer.position.ScorePositions;
import io.fluxo.model.ModelParts;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.op.FusedOp.Pairs;
import io.fluxo.op.FusedOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import io.fluxo.train.Examples;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingParts;
import io.fluxo.train.TrainingSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Norms, rotations, distances and gates, each held against its formula written down a second time. */
class SubLayersTest {

    private static final RandomKey KEY = RandomKey.of(23);

    @TempDir
    private Path folder;
    private Backend backend;
    private TensorScope scope;

    @BeforeEach
    void open() {
        backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
        scope = backend.openScope();
    }

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    private Tensor drawn(String name, double scale, int... sizes) {
        Shape shape = Shape.of(sizes);
        double[] values = new double[shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * KEY.split(name).normal(i);
        }
        return backend.upload(HostArray.of(shape, values));
    }

    private double[] host(Tensor tensor) {
        return backend.download(tensor).toDoubles();
    }

    private void set(Layer layer, String name, double... values) {
        Cell cell = layer.cells().stream().filter(one -> one.name().endsWith(name)).findFirst().orElseThrow();
        cell.set(backend.upload(HostArray.of(cell.shape(), DType.F64, values)));
    }

    @Test
    void dynamicTanhIsBoundedInValueAndSlope() {
        DynamicTanh norm = new DynamicTanh("n", Dim.of(3), true, 0.5);
        assertThat(norm.parameters().getFirst().initializer().sample(Shape.of(1), KEY)).containsExactly(0.5);
        double alpha = -1.3;
        double[] gain = {2, -0.5, 0};
        double[] bias = {0.25, -4, 1};
        set(norm, "alpha", alpha);
        set(norm, ".w", gain);
        set(norm, ".b", bias);
        Pass pass = Pass.evaluation(backend);
        double step = 1e-3;
        Tensor x = drawn("x", 5, 2, 50, 3);
        double[] before = host(norm.forward(pass, x));
        double[] after = host(norm.forward(pass, pass.shift(x, step)));
        double[] doubled = host(norm.forward(pass, pass.scale(x, 2)));
        double[] xs = host(x);
        boolean scaleMatters = false;
        for (int i = 0; i < before.length; i++) {
            int c = i % 3;
            assertThat(before[i]).isCloseTo(gain[c] * Math.tanh(alpha * xs[i]) + bias[c], within(1e-12));
            assertThat(Math.abs(before[i] - bias[c])).isLessThanOrEqualTo(Math.abs(gain[c]) + 1e-12);
            assertThat(Math.abs(after[i] - before[i])).isLessThanOrEqualTo(step * Math.abs(alpha * gain[c]) + 1e-12);
            scaleMatters |= Math.abs(doubled[i] - before[i]) > 1e-3;
        }
        assertThat(scaleMatters).isTrue();
    }

    @Test
    void batchNormTakesTheBatchsStatisticsInTrainingAndRunningOnesElse() {
        BatchNorm norm = new BatchNorm("n", Dim.of(2), false, 1e-5);
        set(norm, "running_mean", 1, -2);
        set(norm, "running_var", 4, 0.25);
        Tensor x = drawn("x", 3, 2, 4, 2);
        double[] xs = host(x);
        double[] evaluated = host(norm.forward(Pass.evaluation(backend), x));
        Pass training = Pass.training(backend, KEY);
        double[] trained = host(norm.forward(training, x));
        for (int c = 0; c < 2; c++) {
            double mean = 0;
            double square = 0;
            for (int i = c; i < xs.length; i += 2) {
                mean += xs[i] / 8;
            }
            for (int i = c; i < xs.length; i += 2) {
                square += (xs[i] - mean) * (xs[i] - mean) / 8;
            }
            for (int i = c; i < xs.length; i += 2) {
                assertThat(evaluated[i]).isCloseTo((xs[i] - (c == 0 ? 1 : -2)) / Math.sqrt((c == 0 ? 4 : 0.25) + 1e-5), within(1e-12));
                assertThat(trained[i]).isCloseTo((xs[i] - mean) / Math.sqrt(square + 1e-5), within(1e-12));
            }
            assertThat(training.additions()).hasSize(2);
            assertThat(host(training.additions().get(0).change())[c]).isCloseTo(0.1 * (mean - (c == 0 ? 1 : -2)), within(1e-12));
            assertThat(host(training.additions().get(1).change())[c]).isCloseTo(0.1 * (square * 8 / 7 - (c == 0 ? 4 : 0.25)), within(1e-12));
        }
        double[] stated = host(norm.inTraining().forward(Pass.evaluation(backend), x));
        assertThat(stated).isEqualTo(trained);
    }

    @Test
    void runningStatisticsAreLearntByTrainingAndSavedWithTheModel() {
        ModelSpec spec = small().with(NORM, "batch_norm");
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        assertThat(model.buffers()).isNotEmpty();
        assertThat(model.parameters()).noneMatch(parameter -> parameter.name().contains("running"));
        List<double[]> before = model.buffers().stream().map(buffer -> host(buffer.value())).toList();
        Trainer trainer = new Trainer(backend, model, TrainingSpec.DEFAULT, TrainingParts.CATALOG, KEY);
        int[] windows = {0, 1, 2, 1, 2, 0, 1, 1};
        double evaluated = trainer.evaluate(Examples.successors(windows, 2));
        assertThat(model.buffers().stream().map(buffer -> host(buffer.value())).toList()).usingRecursiveComparison().isEqualTo(before);
        trainer.step(1, windows, 2, Set.of());
        assertThat(model.buffers()).allSatisfy(buffer ->
                assertThat(host(buffer.value())).isNotEqualTo(before.get(model.buffers().indexOf(buffer))));
        assertThat(trainer.evaluate(Examples.successors(windows, 2))).isNotEqualTo(evaluated);

        ModelDirectory.write(folder, spec, model, backend);
        LanguageModel read = ModelDirectory.read(folder, ModelParts.CATALOG, backend, DType.F64);
        assertThat(read.cells()).hasSameSizeAs(model.cells());
        for (int i = 0; i < model.cells().size(); i++) {
            assertThat(host(read.cells().get(i).value())).as(model.cells().get(i).name()).isEqualTo(host(model.cells().get(i).value()));
        }
    }

    private static ModelSpec small() {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 4).with(N_HEADS, 2).with(D_HEAD, 2).with(D_MLP, 5).with(N_CTX, 6).with(D_VOCAB, 3).with(NORM_AFFINE, true);
    }

    @ParameterizedTest
    @EnumSource
    void rotationTurnsEachPairByItsAngle(Pairs pairs) {
        double theta = 100;
        int first = 3;
        double[] x = new double[2 * 4 * 3 * 6];
        Tensor drawn = drawn("x", 1, 2, 4, 3, 6);
        System.arraycopy(host(drawn), 0, x, 0, x.length);
        double[] y = host(new Rotation(theta, pairs).turn(Pass.evaluation(backend), drawn, Dim.of(first)));
        for (int row = 0; row < x.length / 6; row++) {
            int position = first + row / 3 % 4;
            for (int i = 0; i < 3; i++) {
                int a = row * 6 + (pairs == Pairs.NEIGHBOURS ? 2 * i : i);
                int b = row * 6 + (pairs == Pairs.NEIGHBOURS ? 2 * i + 1 : i + 3);
                double angle = position * Math.pow(theta, -2.0 * i / 6);
                assertThat(y[a]).isCloseTo(x[a] * Math.cos(angle) - x[b] * Math.sin(angle), within(1e-12));
                assertThat(y[b]).isCloseTo(x[b] * Math.cos(angle) + x[a] * Math.sin(angle), within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rotatedScoresDependOnDistanceAlone(Pairs pairs) {
        Rotation rotation = new Rotation(10_000, pairs);
        Pass pass = Pass.evaluation(backend);
        Tensor q = drawn("q", 1, 1, 1, 1, 8);
        Tensor k = drawn("k", 1, 1, 1, 1, 8);
        double[] near = dot(pass, rotation.turn(pass, q, Dim.of(5)), rotation.turn(pass, k, Dim.of(2)));
        double[] far = dot(pass, rotation.turn(pass, q, Dim.of(105)), rotation.turn(pass, k, Dim.of(102)));
        double[] other = dot(pass, rotation.turn(pass, q, Dim.of(5)), rotation.turn(pass, k, Dim.of(3)));
        assertThat(near[0]).isCloseTo(far[0], within(1e-10)).isNotCloseTo(other[0], within(1e-3));
    }

    private double[] dot(Pass pass, Tensor a, Tensor b) {
        return host(pass.sumAll(pass.mul(a, b)));
    }

    @Test
    void linearBiasFallsWithDistance() {
        double[] bias = host(new LinearBias().bias(Pass.evaluation(backend), Dim.of(4), Dim.of(2), Dim.of(3), DType.F64));
        for (int head = 0; head < 4; head++) {
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 3; j++) {
                    assertThat(bias[(head * 2 + i) * 3 + j]).isCloseTo(-Math.pow(2, -8.0 * (head + 1) / 4) * Math.abs(i + 1 - j), within(1e-12));
                }
            }
        }
    }

    @Test
    void sharedHeadsAreRepeatedOnes() {
        double[] fewer = host(drawn("x", 1, 1, 2, 2, 3));
        double[] shared = host(Heads.share(Pass.evaluation(backend), drawn("x", 1, 1, 2, 2, 3), Dim.of(6)));
        for (int m = 0; m < 2; m++) {
            for (int head = 0; head < 6; head++) {
                for (int c = 0; c < 3; c++) {
                    assertThat(shared[(m * 6 + head) * 3 + c]).isEqualTo(fewer[(m * 2 + head / 3) * 3 + c]);
                }
            }
        }
    }

    @Test
    void uniformAttentionIsTheMeanOfWhatMayBeSeen() {
        ModelSpec spec = small().with(ATTENTION, "uniform").with(POSITIONS, "none");
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        Cache cache = Cache.of("blocks.0.attn.hook_v", "blocks.0.attn.hook_z");
        Cache inside = Cache.of("blocks.0.attn.hook_pattern", "blocks.0.attn.hook_z");
        model.forward(Pass.evaluation(backend).with(inside), backend.upload(HostArray.of(Shape.of(1, 3), new int[] {0, 1, 2})));
        model.forward(Pass.evaluation(backend).with(cache), backend.upload(HostArray.of(Shape.of(1, 3), new int[] {0, 1, 2})));
        double[] v = host(cache.get("blocks.0.attn.hook_v"));
        double[] z = host(cache.get("blocks.0.attn.hook_z"));
        for (int i = 0; i < 3; i++) {
            for (int c = 0; c < 4; c++) {
                double mean = 0;
                for (int j = 0; j <= i; j++) {
                    mean += v[j * 4 + c] / (i + 1);
                }
                assertThat(z[i * 4 + c]).isCloseTo(mean, within(1e-12));
            }
        }
        double[] pattern = host(inside.get("blocks.0.attn.hook_pattern"));
        assertThat(Arrays.copyOf(pattern, 9)).containsExactly(new double[] {1, 0, 0, 0.5, 0.5, 0, 1 / 3.0, 1 / 3.0, 1 / 3.0}, within(1e-15));
        assertThat(host(inside.get("blocks.0.attn.hook_z"))).containsExactly(z, within(1e-12));
    }

    @Test
    void aGatedNetworkIsTheProductOfItsHalves() {
        ModelSpec spec = small().with(ACT_FN, "swiglu").with(POSITIONS, "none");
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        Cache cache = new Cache(point -> point.name().startsWith("blocks.0.mlp"));
        model.forward(Pass.evaluation(backend).with(cache), backend.upload(HostArray.of(Shape.of(1, 3), new int[] {0, 1, 2})));
        double[] gate = host(cache.get("blocks.0.mlp.hook_pre"));
        double[] linear = host(cache.get("blocks.0.mlp.hook_pre_linear"));
        double[] post = host(cache.get("blocks.0.mlp.hook_post"));
        for (int i = 0; i < post.length; i++) {
            assertThat(post[i]).isCloseTo(gate[i] / (1 + Math.exp(-gate[i])) * linear[i], within(1e-12));
        }
    }

    @Test
    void rotatedModelsShowTheirTurnedQueriesAndKeys() {
        LanguageModel model = ModelBuilder.build(small().with(POSITIONS, "rope").with(QK_NORM, true).with(N_HEADS, 2).with(N_KEY_VALUE_HEADS, 1), ModelParts.CATALOG);
        assertThat(model.hookPoints()).extracting("name").contains("blocks.0.attn.hook_rot_q", "blocks.0.attn.hook_rot_k");
        assertThat(model.parameters()).extracting(Parameter::name).contains("blocks.0.attn.q_norm.w", "blocks.0.attn.k_norm.w");
        assertThat(model.parameters().stream().filter(parameter -> parameter.name().equals("blocks.0.attn.W_K")).findFirst().orElseThrow().shape())
                .isEqualTo(Shape.of(4, 2));
    }

    private Tensor ids(int... ids) {
        return backend.upload(HostArray.of(Shape.of(1, ids.length), ids));
    }

    /** x + s·f at both joins of every layer. */
    @Test
    void aScaledResidualAddsTheBranchTimesTheScale() {
        LanguageModel model = ModelBuilder.build(small().with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, -0.4), ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        Cache cache = Cache.boundaries();
        model.forward(Pass.evaluation(backend).with(cache), ids(0, 1, 2));
        for (String block : List.of("blocks.0.", "blocks.1.")) {
            assertScaledSum(cache, block + "hook_resid_pre", block + "hook_attn_out", block + "hook_resid_mid");
            assertScaledSum(cache, block + "hook_resid_mid", block + "hook_mlp_out", block + "hook_resid_post");
        }
    }

    private void assertScaledSum(Cache cache, String x, String f, String sum) {
        double[] xs = host(cache.get(x));
        double[] fs = host(cache.get(f));
        double[] sums = host(cache.get(sum));
        for (int i = 0; i < xs.length; i++) {
            assertThat(sums[i]).as("%s[%d]", sum, i).isCloseTo(xs[i] - 0.4 * fs[i], within(1e-14));
        }
    }

    /** Each head's query and key by its own RMS norm: two gains, one ε, before they are turned. */
    @Test
    void queriesAndKeysHaveNormsOfTheirOwn() {
        double eps = 0.3;
        LanguageModel model = ModelBuilder.build(small().with(POSITIONS, "rope").with(QK_NORM, true).with(NORM_EPS, eps), ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        double[] queryGain = {2, -0.5};
        double[] keyGain = {0.25, 3};
        set(model, "blocks.0.attn.q_norm.w", queryGain);
        set(model, "blocks.0.attn.k_norm.w", keyGain);
        Cache cache = new Cache(point -> point.name().startsWith("blocks.0.attn"));
        model.forward(Pass.evaluation(backend).with(cache), ids(0, 1, 2));
        double[] q = host(cache.get("blocks.0.attn.hook_q"));
        double[] k = host(cache.get("blocks.0.attn.hook_k"));
        double[] turnedQ = host(cache.get("blocks.0.attn.hook_rot_q"));
        double[] turnedK = host(cache.get("blocks.0.attn.hook_rot_k"));
        double[] scores = host(cache.get("blocks.0.attn.hook_attn_scores"));
        for (int head = 0; head < 2; head++) {
            for (int i = 0; i < 3; i++) {
                assertNormedAndTurned(q, turnedQ, i, head, queryGain, eps);
                assertNormedAndTurned(k, turnedK, i, head, keyGain, eps);
                for (int j = 0; j <= i; j++) {
                    int a = (i * 2 + head) * 2;
                    int b = (j * 2 + head) * 2;
                    double product = turnedQ[a] * turnedK[b] + turnedQ[a + 1] * turnedK[b + 1];
                    assertThat(scores[(head * 3 + i) * 3 + j]).isCloseTo(product / Math.sqrt(2), within(1e-12));
                }
            }
        }
    }

    /** Pair 0 of two features is turned by the position itself. */
    private static void assertNormedAndTurned(double[] x, double[] turned, int position, int head, double[] gain, double eps) {
        int at = (position * 2 + head) * 2;
        double scale = 1 / Math.sqrt((x[at] * x[at] + x[at + 1] * x[at + 1]) / 2 + eps);
        double a = x[at] * scale * gain[0];
        double b = x[at + 1] * scale * gain[1];
        assertThat(turned[at]).isCloseTo(a * Math.cos(position) - b * Math.sin(position), within(1e-12));
        assertThat(turned[at + 1]).isCloseTo(b * Math.cos(position) + a * Math.sin(position), within(1e-12));
    }

    @Test
    void theRowsOfSeveralIdsAtAPositionAreAdded() {
        Embedding embedding = new Embedding("", Dim.of(4), Dim.of(2), Initializer.ZEROS);
        set(embedding, "W_E", 1, 2, 10, 20, 100, 200, 1000, 2000);
        Pass pass = Pass.evaluation(backend);
        Tensor two = backend.upload(HostArray.of(Shape.of(1, 3, 2), new int[] {0, 3, 1, 1, 2, 0}));
        assertThat(host(embedding.forward(pass, two))).containsExactly(1001, 2002, 20, 40, 101, 202);
        Tensor three = backend.upload(HostArray.of(Shape.of(1, 1, 3), new int[] {1, 2, 3}));
        assertThat(host(embedding.forward(pass, three))).containsExactly(1110, 2220);
        assertThat(host(embedding.forward(pass, ids(2, 0)))).containsExactly(100, 200, 1, 2);
    }

    /** What a cell's initializer draws from the key of the cell's name, so that two of one shape differ. */
    @Test
    void everyCellIsDrawnFromAStreamOfItsOwn() {
        LanguageModel model = ModelBuilder.build(small().with(NORM, "batch_norm"), ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        for (Cell cell : model.cells()) {
            assertThat(host(cell.value())).as(cell.name()).isEqualTo(cell.initializer().sample(cell.shape(), KEY.split(cell.name())));
        }
        double[][] drawn = model.parameters().stream().filter(parameter -> parameter.name().contains("W_")).map(parameter -> host(parameter.value()))
                .toArray(double[][]::new);
        assertThat(Stream.of(drawn).map(values -> values[0]).distinct()).hasSameSizeAs(drawn);
    }

    /** In training and in evaluation alike: gain and bias come after the statistics. */
    @Test
    void batchNormsGainAndBiasAreOfEachFeature() {
        BatchNorm plain = new BatchNorm("n", Dim.of(2), false, 1e-5);
        BatchNorm affine = new BatchNorm("n", Dim.of(2), true, 1e-5);
        for (BatchNorm norm : List.of(plain, affine)) {
            set(norm, "running_mean", 1, -2);
            set(norm, "running_var", 4, 0.25);
        }
        set(affine, ".w", 3, -0.5);
        set(affine, ".b", 7, 11);
        Tensor x = drawn("x", 3, 2, 4, 2);
        for (Pass pass : List.of(Pass.evaluation(backend), Pass.training(backend, KEY))) {
            double[] before = host(plain.forward(pass, x));
            double[] after = host(affine.forward(pass, x));
            for (int i = 0; i < before.length; i += 2) {
                assertThat(after[i]).isCloseTo(3 * before[i] + 7, within(1e-12));
                assertThat(after[i + 1]).isCloseTo(-0.5 * before[i + 1] + 11, within(1e-12));
            }
        }
    }

    @Test
    void learnedPositionsAreTheFirstRowsOfTheirTable() {
        LanguageModel model = ModelBuilder.build(small(), ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        Cache cache = Cache.boundaries();
        model.forward(Pass.evaluation(backend).with(cache), ids(2, 0, 1));
        double[] table = host(model.parameters().stream().filter(parameter -> parameter.name().equals("W_pos")).findFirst().orElseThrow().value());
        double[] embedded = host(cache.get("hook_embed"));
        double[] stream = host(cache.get("blocks.0.hook_resid_pre"));
        for (int i = 0; i < 12; i++) {
            assertThat(stream[i]).isCloseTo(embedded[i] + table[i], within(1e-14));
        }
    }

    /** Pair 1 of four features is turned by p·θ^(−½), θ as the specification says. */
    @ParameterizedTest
    @EnumSource
    void theSpecificationsThetaAndLayoutReachTheRotation(RopeLayout layout) {
        LanguageModel model = ModelBuilder.build(small().with(POSITIONS, "rope").with(D_HEAD, 4).with(ROPE_THETA, 50.0).with(ROPE_LAYOUT, layout), ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        Cache cache = new Cache(point -> point.name().startsWith("blocks.0.attn"));
        model.forward(Pass.evaluation(backend).with(cache), ids(0, 1, 2));
        double[] k = host(cache.get("blocks.0.attn.hook_k"));
        double[] turned = host(cache.get("blocks.0.attn.hook_rot_k"));
        int first = layout == RopeLayout.HALF ? 1 : 2;
        int second = 3;
        for (int position = 0; position < 3; position++) {
            double angle = position / Math.sqrt(50);
            int at = position * 8;
            assertThat(turned[at + first]).isCloseTo(k[at + first] * Math.cos(angle) - k[at + second] * Math.sin(angle), within(1e-12));
            assertThat(turned[at + second]).isCloseTo(k[at + second] * Math.cos(angle) + k[at + first] * Math.sin(angle), within(1e-12));
        }
    }

    private MultiHeadAttention attention(ScorePositions positions, Optional<Layer> heads) {
        var dims = new MultiHeadAttention.Dims(Dim.of(4), Dim.of(2), Dim.of(2), Dim.of(2));
        return drawn(new MultiHeadAttention("attn", dims, design(positions, heads)));
    }

    private static MultiHeadAttention.Design design(ScorePositions positions, Optional<Layer> heads) {
        return new MultiHeadAttention.Design(FusedOp.Mask.BIDIRECTIONAL, false, Initializer.normal(1), Initializer.normal(1), Initializer.normal(1),
                positions, Optional.empty(), heads, 0);
    }

    private <L extends Layer> L drawn(L layer) {
        layer.cells().forEach(cell -> cell.set(backend.upload(HostArray.of(cell.shape(), cell.initializer().sample(cell.shape(), KEY.split(cell.name()))))));
        return layer;
    }

    private double[] scores(MultiHeadAttention attention, Tensor x, Tensor bias) {
        Cache cache = Cache.of("attn.hook_attn_scores");
        attention.forward(Pass.evaluation(backend).with(cache), x, x, x, bias);
        return host(cache.get("attn.hook_attn_scores"));
    }

    /** What the caller adds to the scores and what positions add are both there. */
    @Test
    void aGivenBiasOfTheScoresIsAddedToThatOfPositions() {
        Tensor x = drawn("x", 1, 1, 3, 4);
        Tensor given = drawn("bias", 1, 1, 2, 3, 3);
        MultiHeadAttention plain = attention(ScorePositions.NONE, Optional.empty());
        MultiHeadAttention near = attention(new LinearBias(), Optional.empty());
        double[] scores = scores(plain, x, null);
        double[] withGiven = scores(plain, x, given);
        double[] withPositions = scores(near, x, null);
        double[] withBoth = scores(near, x, given);
        double[] bias = host(given);
        double[] distances = host(new LinearBias().bias(Pass.evaluation(backend), Dim.of(2), Dim.of(3), Dim.of(3), DType.F64));
        for (int i = 0; i < scores.length; i++) {
            assertThat(withGiven[i]).isCloseTo(scores[i] + bias[i], within(1e-12));
            assertThat(withPositions[i]).isCloseTo(scores[i] + distances[i], within(1e-12));
            assertThat(withBoth[i]).isCloseTo(scores[i] + bias[i] + distances[i], within(1e-12));
        }
    }

    @Test
    void attentionOfTokensToThemselvesIsAttentionInGeneral() {
        MultiHeadAttention attention = attention(ScorePositions.NONE, Optional.empty());
        Pass pass = Pass.evaluation(backend);
        Tensor x = drawn("x", 1, 1, 3, 4);
        double[] own = host(attention.forward(pass, x));
        assertThat(host(attention.forward(pass, x, x))).isEqualTo(own);
        assertThat(host(attention.forward(pass, x, x, x, null))).isEqualTo(own);
        assertThat(attention.hookPoints()).extracting("name").doesNotContain("attn.hook_rot_q", "attn.hook_rot_k");
    }

    /** A layer within a sub-layer stands before the output projection: where it doubles, the output doubles. */
    @Test
    void theLayerBeforeAnOutputProjectionIsApplied() {
        Optional<Layer> doubling = Optional.of(new Layer("double") {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return pass.scale(x, 2);
            }
        });
        var dims = new MultiHeadAttention.Dims(Dim.of(4), Dim.of(2), Dim.of(2), Dim.of(2));
        assertDoubles(attention(ScorePositions.NONE, Optional.empty()), attention(ScorePositions.NONE, doubling));
        assertDoubles(new SelfOnlyAttention("attn", dims, design(ScorePositions.NONE, Optional.empty())),
                new SelfOnlyAttention("attn", dims, design(ScorePositions.NONE, doubling)));
        FeedForward.Design plain = new FeedForward.Design(false, Initializer.normal(1), Initializer.normal(1), Optional.empty(), 0);
        FeedForward.Design doubled = new FeedForward.Design(false, Initializer.normal(1), Initializer.normal(1), doubling, 0);
        assertDoubles(new FeedForward("mlp", Dim.of(4), Dim.of(5), Pass::tanh, plain), new FeedForward("mlp", Dim.of(4), Dim.of(5), Pass::tanh, doubled));
        assertDoubles(new GatedFeedForward("mlp", Dim.of(4), Dim.of(5), Pass::tanh, plain), new GatedFeedForward("mlp", Dim.of(4), Dim.of(5), Pass::tanh, doubled));
    }

    private void assertDoubles(Layer plain, Layer doubling) {
        Tensor x = drawn("x", 1, 1, 3, 4);
        double[] once = host(drawn(plain).forward(Pass.evaluation(backend), x));
        double[] twice = host(drawn(doubling).forward(Pass.evaluation(backend), x));
        assertThat(once).doesNotContain(0);
        for (int i = 0; i < once.length; i++) {
            assertThat(twice[i]).isCloseTo(2 * once[i], within(1e-12));
        }
    }

    /** sin(p/10000^(2i/d)) at feature 2i, cos of the same at 2i + 1: the paper's section 3.5. */
    @Test
    void sinusoidsHaveThePapersWavelengths() {
        LanguageModel model = ModelBuilder.build(small().with(D_MODEL, 6).with(POSITIONS, "sinusoidal"), ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        Cache cache = Cache.of("hook_pos_embed");
        model.forward(Pass.evaluation(backend).with(cache), ids(0, 1, 2, 0));
        double[] table = host(cache.get("hook_pos_embed"));
        assertThat(table).hasSize(4 * 6);
        for (int p = 0; p < 4; p++) {
            for (int i = 0; i < 3; i++) {
                double angle = p / Math.pow(10_000, 2 * i / 6.0);
                assertThat(table[p * 6 + 2 * i]).isCloseTo(Math.sin(angle), within(1e-12));
                assertThat(table[p * 6 + 2 * i + 1]).isCloseTo(Math.cos(angle), within(1e-12));
            }
        }
    }
}
