package io.fluxo.block;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.FinalNorm;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.stream.Cache;
import io.fluxo.stream.Intervention;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The block equations, each written down a second time on the host: from what a model's blocks show at their hook points. */
class PlacementsTest {

    private static final int LAYERS = 4;
    private static final int WIDTH = 6;
    private static final double EPS = 1e-10;
    private static final RandomKey KEY = RandomKey.of(17);

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

    private static ModelSpec small(String placement) {
        return ModelSpec.DEFAULT.with(N_LAYERS, LAYERS).with(D_MODEL, WIDTH).with(N_HEADS, 2).with(D_HEAD, 3).with(D_MLP, 7).with(N_CTX, 5).with(D_VOCAB, 4).with(ACT_FN, "gelu").with(PLACEMENT, placement).with(NORM_EPS, EPS);
    }

    /** A model's run: values by hook name, and what the head reads. */
    private record Shown(Map<String, double[]> at, double[] last) {
        double[] in(int block, String hook) {
            return at.get("blocks." + block + "." + hook);
        }
    }

    private Shown run(ModelSpec spec) {
        return run(model(spec));
    }

    private Shown run(Transformer model) {
        Cache cache = Cache.boundaries();
        Pass pass = Pass.evaluation(backend).with(cache);
        Tensor tokens = backend.upload(HostArray.of(Shape.of(Dim.of("batch", 2), Dim.of("pos", 3)), new int[] {0, 1, 2, 3, 3, 1}));
        Tensor last = model.stream(pass, model.embed(pass, tokens));
        Map<String, double[]> values = new HashMap<>();
        cache.values().forEach((name, value) -> values.put(name, backend.download(value).toDoubles()));
        return new Shown(values, backend.download(last).toDoubles());
    }

    private Transformer model(ModelSpec spec) {
        Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
        model.fill(cell -> backend.upload(HostArray.of(cell.shape(), DType.F64, values(cell))));
        return model;
    }

    /** As drawn, but with an open branch and gains that are not 1. */
    private static double[] values(Cell cell) {
        double[] values = cell.initializer().sample(cell.shape(), KEY.split(cell.name()));
        if (cell.name().endsWith(".alpha")) {
            values[0] = 0.7;
        }
        return values;
    }

    @Test
    void post() {
        Shown seen = run(small("post"));
        for (int l = 0; l < LAYERS; l++) {
            postNorm(seen, l, 1);
        }
        close(seen.last, seen.in(LAYERS - 1, "hook_normalized_resid_post"));
    }

    /** x ← N(αx + f(x)). */
    private static void postNorm(Shown seen, int l, double alpha) {
        close(seen.in(l, "ln1.hook_out"), norm(sum(alpha, seen.in(l, "hook_resid_pre"), 1, seen.in(l, "hook_attn_out"))));
        close(seen.in(l, "hook_normalized_resid_post"), norm(sum(alpha, seen.in(l, "ln1.hook_out"), 1, seen.in(l, "hook_mlp_out"))));
    }

    @ParameterizedTest
    @CsvSource({"pre", "sandwich", "peri_ln", "norm_former", "ln_scaling"})
    void whatJoinsTheStreamAddsUp(String placement) {
        Shown seen = run(small(placement));
        for (int l = 0; l < LAYERS; l++) {
            preNorm(seen, l, placement);
        }
    }

    private static void preNorm(Shown seen, int l, String placement) {
        boolean shrinks = placement.equals("ln_scaling");
        double shrink = shrinks ? 1 / Math.sqrt(l + 1.0) : 1;
        close(seen.in(l, "hook_resid_mid"), sum(1, seen.in(l, "hook_resid_pre"), 1, seen.in(l, "hook_attn_out")));
        close(seen.in(l, "hook_resid_post"), sum(1, seen.in(l, "hook_resid_mid"), 1, seen.in(l, "hook_mlp_out")));
        close(seen.in(l, shrinks ? "hook_ln1_scaled" : "ln1.hook_out"), sum(shrink, norm(seen.in(l, "hook_resid_pre"))));
        close(seen.in(l, shrinks ? "hook_ln2_scaled" : "ln2.hook_out"), sum(shrink, norm(seen.in(l, "hook_resid_mid"))));
        boolean normalised = !placement.equals("pre") && !shrinks;
        assertThat(unit(seen.in(l, "hook_attn_out"))).as("attention's part is normalised").isEqualTo(normalised);
        assertThat(unit(seen.in(l, "hook_mlp_out"))).as("the network's part is normalised").isEqualTo(normalised && !placement.equals("norm_former"));
    }

    @Test
    void none() {
        Shown seen = run(small("none"));
        for (int l = 0; l < LAYERS; l++) {
            close(seen.in(l, "hook_resid_mid"), sum(1, seen.in(l, "hook_resid_pre"), 1, seen.in(l, "hook_attn_out")));
            close(seen.in(l, "hook_resid_post"), sum(1, seen.in(l, "hook_resid_mid"), 1, seen.in(l, "hook_mlp_out")));
        }
        assertThat(seen.at.keySet()).noneMatch(name -> name.contains("ln"));
    }

    @Test
    void rezero() {
        Shown seen = run(small("rezero"));
        for (int l = 0; l < LAYERS; l++) {
            close(seen.in(l, "hook_resid_mid"), sum(1, seen.in(l, "hook_resid_pre"), 0.7, seen.in(l, "hook_attn_out")));
            close(seen.in(l, "hook_resid_post"), sum(1, seen.in(l, "hook_resid_mid"), 0.7, seen.in(l, "hook_mlp_out")));
        }
    }

    @Test
    void resPost() {
        Shown seen = run(small("res_post").with(QK_NORM, true));
        for (int l = 0; l < LAYERS; l++) {
            close(seen.in(l, "hook_resid_mid"), sum(1, seen.in(l, "hook_resid_pre"), 1, norm(seen.in(l, "hook_attn_out"))));
            close(seen.in(l, "hook_resid_post"), sum(1, seen.in(l, "hook_resid_mid"), 1, norm(seen.in(l, "hook_mlp_out"))));
        }
    }

    @Test
    void deepNorm() {
        Shown seen = run(small("deep_norm"));
        for (int l = 0; l < LAYERS; l++) {
            postNorm(seen, l, Math.pow(2 * LAYERS, 0.25));
        }
    }

    /** α as it is given, and 2L where it is not; the embedding normalised first. */
    @Test
    void postScaled() {
        for (double alpha : List.of(0.0, 1.5)) {
            Shown seen = run(small("post_scaled").withAll(Map.of("placement", Choice.of("post_scaled").with(SkipScale.ALPHA, alpha))));
            double[] positions = seen.at.get("hook_pos_embed");                         // the same in both sequences
            double[] embedded = seen.at.get("hook_embed").clone();
            Arrays.setAll(embedded, i -> embedded[i] + positions[i % positions.length]);
            close(seen.in(0, "hook_resid_pre"), norm(embedded));
            for (int l = 0; l < LAYERS; l++) {
                postNorm(seen, l, alpha == 0 ? 2 * LAYERS : alpha);
            }
            close(seen.last, seen.in(LAYERS - 1, "hook_normalized_resid_post"));
        }
    }

    @Test
    void keel() {
        Shown seen = run(small("keel"));
        for (int l = 0; l < LAYERS; l++) {
            postNorm(seen, l, 2 * LAYERS);
            close(seen.in(l, "ln1_in.hook_out"), norm(seen.in(l, "hook_resid_pre")));
            close(seen.in(l, "ln2_in.hook_out"), norm(seen.in(l, "ln1.hook_out")));
        }
        assertThat(seen.at).doesNotContainKey("embed.ln.hook_out");
    }

    /** On a normalised embedding and with gains of 1 the inner norm changes nothing: Keel begins as post-norm with its α (ε is 0 here). */
    @Test
    void keelBeginsAsPostNormWithAHeavyResidual() {
        double[] scaled = run(small("post_scaled").with(NORM_EPS, 0.0)).last;
        close(run(small("keel").with(NORM_EPS, 0.0).with(EMBED_NORM, true)).last, scaled);
        assertThat(run(small("keel").with(NORM_EPS, 0.0)).last).isNotEqualTo(scaled);
    }

    /** No norm before attention but those of its queries, keys and values, each head for itself; the network reads a normalised stream, which is carried on. */
    @Test
    void hybridNorm() {
        Transformer model = model(small("hybrid_norm"));
        Shown seen = run(model);
        for (int l = 0; l < LAYERS; l++) {
            close(seen.in(l, "hook_resid_mid"), sum(1, seen.in(l, "hook_resid_pre"), 1, seen.in(l, "hook_attn_out")));
            close(seen.in(l, "ln2.hook_out"), norm(seen.in(l, "hook_resid_mid")));
            close(seen.in(l, "hook_resid_post"), sum(1, seen.in(l, "ln2.hook_out"), 1, seen.in(l, "hook_mlp_out")));
            close(seen.in(l, "attn.q_norm.hook_out"), norm(seen.in(l, "attn.hook_q"), 3));
            close(seen.in(l, "attn.k_norm.hook_out"), norm(seen.in(l, "attn.hook_k"), 3));
            close(seen.in(l, "attn.hook_v"), norm(projected(seen.in(l, "hook_resid_pre"), model, "blocks." + l + ".attn.W_V"), 3));
        }
        close(seen.last, seen.in(LAYERS - 1, "hook_resid_post"));
        assertThat(seen.at.keySet()).noneMatch(name -> name.contains(".ln1."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uniform", "self_only"})
    void hybridNormOfAttentionWithoutQueriesNormalisesValuesAlone(String attention) {
        Transformer model = model(small("hybrid_norm").with(ATTENTION, attention));
        Shown seen = run(model);
        close(seen.in(0, "attn.hook_v"), norm(projected(seen.in(0, "hook_resid_pre"), model, "blocks.0.attn.W_V"), 3));
        assertThat(seen.at.keySet()).noneMatch(name -> name.contains("q_norm") || name.contains("k_norm")).anyMatch(name -> name.contains("v_norm"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "differential", "gated", "off_by_one", "sink", "softpick", "value_residual"})
    void hybridNormTakesEveryAttentionWithQueries(String attention) {
        Shown seen = run(small("hybrid_norm").with(ATTENTION, attention));
        for (int l = 0; l < LAYERS; l++) {
            close(seen.in(l, "attn.q_norm.hook_out"), norm(seen.in(l, "attn.hook_q"), 3));
            close(seen.in(l, "attn.k_norm.hook_out"), norm(seen.in(l, "attn.hook_k"), 3));
            assertThat(seen.in(l, "attn.v_norm.hook_out")).isEqualTo(seen.in(l, "attn.hook_v"));
        }
        assertThat(seen.last).doesNotContain(Double.NaN);
    }

    /** xW, biases being 0. */
    private double[] projected(double[] stream, Transformer model, String matrix) {
        double[] w = backend.download(model.cells().stream().filter(cell -> cell.name().equals(matrix)).findFirst().orElseThrow().value()).toDoubles();
        double[] result = new double[stream.length];
        for (int i = 0; i < stream.length; i++) {
            for (int c = 0; c < WIDTH; c++) {
                result[i] += stream[i / WIDTH * WIDTH + c] * w[c * WIDTH + i % WIDTH];
            }
        }
        return result;
    }

    /** Every stream is of length 1; each step goes the share α towards what its sub-layer points at. */
    @Test
    void ngpt() {
        Shown seen = run(small("ngpt").withAll(Map.of("placement", Choice.of("ngpt").with(Ngpt.ALPHA, 0.3))));
        for (int l = 0; l < LAYERS; l++) {
            double[] h = length1(seen.in(l, "hook_resid_pre"));
            close(seen.in(l, "hook_alpha_attn"), constant(0.3));
            close(length1(seen.in(l, "hook_attn_out")), seen.in(l, "hook_attn_out"));
            close(seen.in(l, "hook_resid_mid"), length1(sum(0.7, h, 0.3, seen.in(l, "hook_attn_out"))));
            close(seen.in(l, "hook_alpha_mlp"), constant(0.3));
            close(length1(seen.in(l, "hook_mlp_out")), seen.in(l, "hook_mlp_out"));
            close(seen.in(l, "hook_resid_post"), length1(sum(0.7, seen.in(l, "hook_resid_mid"), 0.3, seen.in(l, "hook_mlp_out"))));
        }
        close(seen.last, length1(seen.last));
    }

    private static double[] constant(double value) {
        double[] all = new double[WIDTH];
        Arrays.fill(all, value);
        return all;
    }

    private static double[] length1(double[] stream) {
        double[] result = new double[stream.length];
        for (int at = 0; at < stream.length; at += WIDTH) {
            double length = Math.sqrt(Arrays.stream(stream, at, at + WIDTH).map(v -> v * v).sum());
            for (int i = at; i < at + WIDTH; i++) {
                result[i] = stream[i] / length;
            }
        }
        return result;
    }

    @Test
    void siamese() {
        Shown seen = run(small("siamese"));
        double[] x = seen.in(0, "hook_resid_pre");
        for (int l = 0; l < LAYERS; l++) {
            double shrink = 1 / Math.sqrt(2.0 * (l + 1));
            close(seen.in(l, "hook_bounded_pre"), x);
            close(seen.in(l, "fuse1.hook_out"), norm(sum(1, norm(x), 1, norm(seen.in(l, "hook_resid_pre")))));
            x = sum(1, norm(x), shrink, seen.in(l, "hook_attn_out"));
            close(seen.in(l, "hook_bounded_mid"), x);
            close(seen.in(l, "hook_resid_mid"), sum(1, seen.in(l, "hook_resid_pre"), 1, seen.in(l, "hook_attn_out")));
            close(seen.in(l, "fuse2.hook_out"), norm(sum(1, norm(x), 1, norm(seen.in(l, "hook_resid_mid")))));
            x = sum(1, norm(x), shrink, seen.in(l, "hook_mlp_out"));
            close(seen.in(l, "hook_bounded_post"), x);
            close(seen.in(l, "hook_resid_post"), sum(1, seen.in(l, "hook_resid_mid"), 1, seen.in(l, "hook_mlp_out")));
        }
        close(seen.last, sum(1, norm(x), 1, norm(seen.in(LAYERS - 1, "hook_resid_post"))));
    }

    /** With the weights of a pre-norm model, and ε = 0, every stream is its stream, bit by bit but for rounding; the stack ends in the sum of four. */
    @ParameterizedTest
    @CsvSource({"hyper_connections, true", "hyper_connections, false", "mhc, true"})
    void streamsBeginAsPreNorm(String placement, boolean dynamic) {
        Choice choice = Choice.of(placement);
        Shown pre = run(small("pre").with(NORM_EPS, 0.0));
        ModelSpec spec = small("pre").with(NORM_EPS, 0.0).withAll(Map.of("placement", dynamic ? choice : choice.with(HyperConnections.DYNAMIC, false)));
        Shown seen = run(likePre(spec));
        for (int l = 0; l < LAYERS; l++) {
            for (String end : List.of("pre", "mid", "post")) {
                double[] streams = seen.in(l, "hook_streams_" + end);
                double[] stream = pre.in(l, "hook_resid_" + end);
                close(seen.in(l, "hook_resid_" + end), stream);
                for (int i = 0; i < streams.length; i++) {
                    assertThat(streams[i]).isCloseTo(stream[i / (4 * WIDTH) * WIDTH + i % WIDTH], within(1e-11));
                }
            }
        }
        close(seen.last, sum(4, pre.in(LAYERS - 1, "hook_resid_post")));
    }

    /** Its cells have the values of a pre-norm model where that has such cells. */
    private Transformer likePre(ModelSpec spec) {
        Map<String, Cell> before = new HashMap<>();
        model(small("pre")).cells().forEach(cell -> before.put(cell.name(), cell));
        Transformer model = model(spec);
        model.fill(cell -> before.containsKey(cell.name()) ? before.get(cell.name()).value() : backend.upload(HostArray.of(cell.shape(), DType.F64, values(cell))));
        return model;
    }

    /** While pseudo-queries are 0 a mixture is the pre-norm stream over the number of sources, which the norm behind it does not see; full, and with blocks of sub-layers. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void attentionResidualsBeginAsPreNorm(int size) {
        Shown pre = run(small("pre").with(NORM_EPS, 0.0));
        Shown seen = run(likePre(small("pre").with(NORM_EPS, 0.0).withAll(Map.of("placement", Choice.of("attn_res").with(AttnRes.SIZE, size)))));
        for (int l = 0; l < LAYERS; l++) {
            close(seen.in(l, "hook_resid_pre"), sum(1.0 / (1 + Math.ceilDiv(2 * l, size)), pre.in(l, "hook_resid_pre")));
            close(seen.in(l, "hook_resid_mid"), sum(1.0 / (1 + Math.ceilDiv(2 * l + 1, size)), pre.in(l, "hook_resid_mid")));
            close(seen.in(l, "hook_attn_out"), pre.in(l, "hook_attn_out"));
            close(seen.in(l, "hook_mlp_out"), pre.in(l, "hook_mlp_out"));
            close(seen.in(l, "hook_resid_post"), pre.in(l, "hook_resid_post"));
        }
        close(seen.last, sum(1.0 / (1 + Math.ceilDiv(2 * LAYERS, size)), pre.in(LAYERS - 1, "hook_resid_post")));
    }

    /** Away from the beginning, each stream is what the shown weights make of the streams and of the sub-layer's result. */
    @ParameterizedTest
    @ValueSource(strings = {"hyper_connections", "mhc"})
    void streamsAreMixedByTheShownWeights(String placement) {
        Transformer model = model(small(placement));
        model.parameters().stream().filter(parameter -> parameter.name().contains(".hyper")).forEach(parameter -> {
            double[] values = values(parameter);
            Arrays.setAll(values, i -> values[i] + 0.5 * KEY.split("moved " + parameter.name()).normal(i));
            parameter.set(backend.upload(HostArray.of(parameter.shape(), DType.F64, values)));
        });
        Shown seen = run(model);
        for (int l = 0; l < LAYERS; l++) {
            mixed(seen, l, "hyper1", "hook_streams_pre", "hook_attn_out", "hook_streams_mid", placement.equals("mhc"));
            mixed(seen, l, "hyper2", "hook_streams_mid", "hook_mlp_out", "hook_streams_post", placement.equals("mhc"));
        }
    }

    private static void mixed(Shown seen, int l, String hyper, String from, String result, String to, boolean stochastic) {
        double[] h = seen.in(l, from);
        double[] pre = seen.in(l, hyper + ".hook_pre");
        double[] post = seen.in(l, hyper + ".hook_post");
        double[] res = seen.in(l, hyper + ".hook_res");
        double[] read = new double[h.length / 4];
        double[] after = new double[h.length];
        for (int i = 0; i < h.length; i++) {
            int token = i / (4 * WIDTH);
            int stream = i / WIDTH % 4;
            read[token * WIDTH + i % WIDTH] += pre[token * 4 + stream] * h[i];
            after[i] = post[token * 4 + stream] * seen.in(l, result)[token * WIDTH + i % WIDTH];
            for (int other = 0; other < 4; other++) {
                after[i] += res[(token * 4 + stream) * 4 + other] * h[(token * 4 + other) * WIDTH + i % WIDTH];
            }
        }
        close(seen.in(l, hyper + ".hook_in"), read);
        close(seen.in(l, to), after);
        for (int row = 0; stochastic && row < res.length; row += 4) {
            assertThat(res[row] + res[row + 1] + res[row + 2] + res[row + 3]).isCloseTo(1, within(1e-14));
        }
        assertThat(Arrays.equals(pre, 0, 4, pre, 4, 8)).as("each token has weights of its own").isFalse();
    }

    /** What lies along k is moved to v as far as β says, and all else stays. */
    @Test
    void deepDelta() {
        Shown seen = run(small("deep_delta"));
        for (int l = 0; l < LAYERS; l++) {
            moved(seen, l, "delta1", "hook_resid_pre", "hook_attn_out", "hook_resid_mid");
            moved(seen, l, "delta2", "hook_resid_mid", "hook_mlp_out", "hook_resid_post");
        }
        assertThat(Arrays.stream(seen.in(0, "delta1.hook_beta")).boxed()).allSatisfy(beta -> assertThat(beta).isCloseTo(1, within(0.5)));
    }

    private static void moved(Shown seen, int l, String delta, String from, String result, String to) {
        double[] x = seen.in(l, from);
        double[] f = seen.in(l, result);
        double[] after = x.clone();
        for (int token = 0; token < x.length / WIDTH; token++) {
            double length = 0;
            double along = 0;
            for (int i = token * WIDTH; i < (token + 1) * WIDTH; i++) {
                length += f[i] * f[i];
            }
            length = Math.sqrt(length) + 1e-5;
            for (int i = token * WIDTH; i < (token + 1) * WIDTH; i++) {
                along += f[i] / length * x[i];
            }
            for (int i = token * WIDTH; i < (token + 1) * WIDTH; i++) {
                after[i] += seen.in(l, delta + ".hook_beta")[token] * (seen.in(l, delta + ".hook_v")[token] - along) * f[i] / length;
            }
        }
        close(seen.in(l, to), after);
    }

    @Test
    void mixLn() {
        Shown seen = run(small("mix_ln"));
        postNorm(seen, 0, 1);                                                           // ⌊4/4⌋ = 1
        for (int l = 1; l < LAYERS; l++) {
            preNorm(seen, l, "pre");
        }
    }

    @Test
    void parallel() {
        Shown seen = run(small("parallel"));
        for (int l = 0; l < LAYERS; l++) {
            double[] branches = sum(1, seen.in(l, "hook_attn_out"), 1, seen.in(l, "hook_mlp_out"));
            close(seen.in(l, "hook_resid_post"), sum(1, seen.in(l, "hook_resid_pre"), 1, branches));
        }
    }

    @Test
    void resiDual() {
        Shown seen = run(small("resi_dual"));
        double[] r = seen.in(0, "hook_resid_pre");
        for (int l = 0; l < LAYERS; l++) {
            postNorm(seen, l, 1);
            close(seen.in(l, "hook_dual_pre"), r);
            r = sum(1, sum(1, r, 1, seen.in(l, "hook_attn_out")), 1, seen.in(l, "hook_mlp_out"));
            close(seen.in(l, "hook_dual_post"), r);
        }
        close(seen.last, sum(1, seen.in(LAYERS - 1, "hook_normalized_resid_post"), 1, norm(r)));
    }

    @ParameterizedTest
    @CsvSource({"post, false", "post_scaled, false", "keel, false", "none, false", "ngpt, false", "deep_norm, false", "rezero, false", "pre, true", "sandwich, true", "res_post, true", "mix_ln, true", "siamese, true", "hyper_connections, true", "mhc, true", "attn_res, true", "deep_delta, true",
        "ln_scaling, true", "parallel, true", "norm_former, true", "hybrid_norm, true", "resi_dual, true"})
    void endsInANormWhereItsEquationsSaySo(String placement, boolean norm) {
        assertThat(names(small(placement).with(NORM_AFFINE, true))).matches(names -> names.contains("ln_final.w") == norm);
    }

    @Test
    void aFinalNormMayBeAskedForOrLeftOut() {
        assertThat(names(small("res_post").with(NORM_AFFINE, true).with(FINAL_NORM, FinalNorm.NEVER))).doesNotContain("ln_final.w");
        assertThat(names(small("post").with(NORM_AFFINE, true).with(FINAL_NORM, FinalNorm.ALWAYS))).contains("ln_final.w");
    }

    private static List<String> names(ModelSpec spec) {
        return ModelBuilder.transformer(spec, ModelParts.CATALOG).parameters().stream().map(Parameter::name).toList();
    }

    @Test
    void aBlockWithoutASubLayerHasNoneOfItsNorms() {
        ModelSpec attentionOnly = small("post").with(NORM_AFFINE, true).with(FFN, false);
        assertThat(names(attentionOnly)).contains("blocks.0.ln1.w", "blocks.0.attn.W_Q").noneMatch(name -> name.contains("ln2") || name.contains("mlp"));
        Shown seen = run(small("post").with(FFN, false));
        close(seen.in(0, "ln1.hook_out"), norm(sum(1, seen.in(0, "hook_resid_pre"), 1, seen.in(0, "hook_attn_out"))));
        close(seen.in(1, "hook_resid_pre"), seen.in(0, "ln1.hook_out"));
        ModelSpec networkOnly = small("pre").with(NORM_AFFINE, true).with(ATTENTION, "none");
        assertThat(names(networkOnly)).contains("blocks.0.ln2.w", "blocks.0.mlp.W_in").noneMatch(name -> name.contains("ln1") || name.contains("attn"));
    }

    @ParameterizedTest
    @CsvSource({"6, 1.8612, 0.3799", "12, 2.2134, 0.3195", "48, 3.1302, 0.2259"})
    void deepNormsConstants(int layers, double alpha, double beta) {
        assertThat(DeepNorm.alpha(layers)).isCloseTo(alpha, within(1e-4));
        assertThat(DeepNorm.beta(layers)).isCloseTo(beta, within(1e-4));
    }

    @Test
    void deepNormScalesValuesOutputAndNetworkAlone() {
        Transformer plain = ModelBuilder.transformer(small("post"), ModelParts.CATALOG);
        Transformer deep = ModelBuilder.transformer(small("deep_norm"), ModelParts.CATALOG);
        for (int i = 0; i < plain.parameters().size(); i++) {
            Parameter before = plain.parameters().get(i);
            Parameter after = deep.parameters().get(i);
            String name = before.name().substring(before.name().lastIndexOf('.') + 1);
            double gain = List.of("W_V", "W_O", "W_in", "W_out").contains(name) ? DeepNorm.beta(LAYERS) : 1;
            assertThat(after.name()).isEqualTo(before.name());
            close(values(after), sum(gain, values(before)));
        }
    }

    @Test
    void rezeroBeginsAsTheIdentityAndOnlyItsAlphaMoves() {
        Transformer model = ModelBuilder.transformer(small("rezero"), ModelParts.CATALOG);
        model.initialize(backend, DType.F64, KEY);
        Shape shape = Shape.of(Dim.of("batch", 2), Dim.of("pos", 3));
        Tensor tokens = backend.upload(HostArray.of(shape, new int[] {0, 1, 2, 3, 3, 1}));
        Pass evaluation = Pass.evaluation(backend);
        Tensor x0 = model.embed(evaluation, tokens);
        assertThat(backend.download(model.stream(evaluation, x0)).toDoubles()).isEqualTo(backend.download(x0).toDoubles());
        try (AutodiffBackend tape = new AutodiffBackend(backend)) {
            model.parameters().forEach(parameter -> tape.watch(parameter.value()));
            Tensor loss = model.loss(Pass.evaluation(tape), tokens, tokens);
            Tensor[] gradients = tape.gradients(loss, model.parameters().stream().map(Parameter::value).toList());
            for (int i = 0; i < gradients.length; i++) {
                String name = model.parameters().get(i).name();
                double[] gradient = backend.download(gradients[i]).toDoubles();
                if (name.endsWith(".alpha")) {
                    assertThat(gradient[0]).as(name).isNotZero();
                } else if (name.startsWith("blocks.")) {
                    assertThat(gradient).as(name).containsOnly(0);
                }
            }
        }
    }

    @Test
    void resiDualTakesNoOtherBlocks() {
        Block other = ModelBuilder.transformer(small("pre"), ModelParts.CATALOG).blocks().getFirst();
        assertThatThrownBy(() -> new ResiDual().stack(List.of(other), name -> null)).hasMessageContaining("blocks.0 has no second stream");
    }

    /** LayerNorm of each row, without gain and bias. */
    private static double[] norm(double[] x) {
        return norm(x, WIDTH);
    }

    private static double[] norm(double[] x, int width) {
        double[] y = new double[x.length];
        for (int row = 0; row < x.length; row += width) {
            double mean = 0;
            for (int i = row; i < row + width; i++) {
                mean += x[i] / width;
            }
            double variance = 0;
            for (int i = row; i < row + width; i++) {
                variance += (x[i] - mean) * (x[i] - mean) / width;
            }
            for (int i = row; i < row + width; i++) {
                y[i] = (x[i] - mean) / Math.sqrt(variance + EPS);
            }
        }
        return y;
    }

    /** Whether every row has mean 0 and, but for ε, variance 1. */
    private static boolean unit(double[] x) {
        double[] again = norm(x);
        for (int i = 0; i < x.length; i++) {
            if (Math.abs(again[i] - x[i]) > 1e-3) {
                return false;
            }
        }
        return true;
    }

    private static double[] sum(double a, double[] x) {
        return sum(a, x, 0, x);
    }

    private static double[] sum(double a, double[] x, double b, double[] y) {
        double[] sum = new double[x.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = a * x[i] + b * y[i];
        }
        return sum;
    }

    private static void close(double[] found, double[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("element %d", i).isCloseTo(expected[i], within(1e-11));
        }
    }

    /** The first quarter of the layers, rounded down, is post-norm: the others have a final stream that is not normalised (Li, Yin and Liu 2025). */
    @ParameterizedTest
    @CsvSource({"1, 0", "3, 0", "4, 1", "7, 1", "8, 2", "10, 2", "11, 2", "12, 3", "15, 3", "16, 4"})
    void mixLnIsPostNormInAQuarterOfTheLayers(int layers, int post) {
        Transformer model = ModelBuilder.transformer(small("mix_ln").with(N_LAYERS, layers), ModelParts.CATALOG);
        for (int l = 0; l < layers; l++) {
            assertThat(model.blocks().get(l)).as("layer %d of %d", l + 1, layers).isInstanceOf(l < post ? PostNormBlock.class : PreNormBlock.class);
        }
    }

    /** Attention and network both read N(x). */
    @Test
    void parallelBranchesReadTheSameNorm() {
        for (String norm : List.of("layer_norm", "rms_norm")) {
            ModelSpec spec = small("parallel").with(NORM, norm).with(BIAS, false).with(NORM_AFFINE, true);
            Transformer model = model(spec);
            Cache cache = Cache.boundaries();
            model.stream(Pass.evaluation(backend).with(cache), model.embed(Pass.evaluation(backend), tokens()));
            for (int l = 0; l < LAYERS; l++) {
                double[] normed = value(cache, l, "ln1.hook_out");
                assertThat(normed).isNotEqualTo(value(cache, l, "hook_resid_pre"));
                close(value(cache, l, "mlp.hook_pre"), times(normed, parameter(model, l, "mlp.W_in"), 7));
                close(value(cache, l, "attn.hook_v"), times(normed, parameter(model, l, "attn.W_V"), WIDTH));
            }
        }
    }

    private Tensor tokens() {
        return backend.upload(HostArray.of(Shape.of(Dim.of("batch", 2), Dim.of("pos", 3)), new int[] {0, 1, 2, 3, 3, 1}));
    }

    private double[] value(Cache cache, int block, String hook) {
        return backend.download(cache.get("blocks." + block + "." + hook)).toDoubles();
    }

    private double[] parameter(Transformer model, int block, String name) {
        return backend.download(model.parameters().stream().filter(one -> one.name().equals("blocks." + block + "." + name)).findFirst().orElseThrow().value())
                .toDoubles();
    }

    /** Rows of WIDTH times a matrix [WIDTH out]. */
    private static double[] times(double[] rows, double[] matrix, int out) {
        double[] product = new double[rows.length / WIDTH * out];
        for (int i = 0; i < product.length; i++) {
            for (int k = 0; k < WIDTH; k++) {
                product[i] += rows[i / out * WIDTH + k] * matrix[k * out + i % out];
            }
        }
        return product;
    }

    /** Two norms of one block have gains of their own, and each stands in its place. */
    @Test
    void resPostNormalisesEachBranchByItsOwnNorm() {
        Transformer model = model(small("res_post").with(NORM_AFFINE, true));
        double[] first = {2, 2, 2, 2, 2, 2};
        double[] second = {-3, -3, -3, -3, -3, -3};
        for (var parameter : model.parameters()) {
            if (parameter.name().endsWith("ln1.w") || parameter.name().endsWith("ln2.w")) {
                parameter.set(backend.upload(HostArray.of(parameter.shape(), parameter.name().endsWith("ln1.w") ? first : second)));
            }
        }
        Cache cache = Cache.boundaries();
        model.stream(Pass.evaluation(backend).with(cache), model.embed(Pass.evaluation(backend), tokens()));
        for (int l = 0; l < LAYERS; l++) {
            close(value(cache, l, "hook_resid_mid"), sum(1, value(cache, l, "hook_resid_pre"), 2, norm(value(cache, l, "hook_attn_out"))));
            close(value(cache, l, "hook_resid_post"), sum(1, value(cache, l, "hook_resid_mid"), -3, norm(value(cache, l, "hook_mlp_out"))));
        }
    }

    /** Whether the head reads a norm is up to the last layer's placement. */
    @Test
    void theLastPlacementDecidesOnTheFinalNorm() {
        assertThat(names(layered("pre", "post"))).doesNotContain("ln_final.w");
        assertThat(names(layered("post", "pre"))).contains("ln_final.w");
    }

    private static ModelSpec layered(String first, String last) {
        SequencedMap<PerLayer.Range, Choice> exceptions = new LinkedHashMap<>();
        exceptions.put(PerLayer.Range.parse("0-1").orElseThrow(), Choice.of(first));
        return small(last).with(NORM_AFFINE, true).with(PLACEMENT, new PerLayer<>(Choice.of(last), exceptions));
    }

    /** A block attends to what stands in the stream's place, and not to what it was given before. */
    @ParameterizedTest
    @ValueSource(strings = {"post", "pre", "none", "sandwich", "res_post", "deep_norm", "resi_dual", "ln_scaling", "parallel", "norm_former",
        "post_scaled", "keel", "hyper_connections", "mhc",
        "deep_delta", "ngpt", "hybrid_norm"})
    void whatIsPutInTheStreamsPlaceIsAttendedToAsWell(String placement) {
        Block block = model(small(placement)).blocks().getFirst();
        Tensor before = stream("before");
        Tensor instead = stream("instead");
        Pass plain = Pass.evaluation(backend);
        Tensor found = block.forward(plain.with(Intervention.replace("blocks.0.hook_resid_pre", instead)), before);
        close(backend.download(found).toDoubles(), backend.download(block.forward(plain, instead)).toDoubles());
    }

    private Tensor stream(String name) {
        Shape shape = Shape.of(2, 3, WIDTH);
        return backend.upload(HostArray.of(shape, Initializer.normal(1).sample(shape, KEY.split(name))));
    }

    /** By itself a block knows the chapter's names too. */
    @Test
    void theChaptersNamesStandBesideTheHookPoints() {
        Block block = model(small("pre")).blocks().get(1);
        assertThat(block.aliases()).hasSize(11).containsEntry("blocks.1.t3", "blocks.1.hook_resid_mid").containsEntry("blocks.1.h", "blocks.1.hook_resid_post");
        Cache cache = Cache.of("blocks.1.hook_resid_mid");
        block.forward(Pass.evaluation(backend).with(cache), stream("x"));
        assertThat(cache.get("blocks.1.t3")).isSameAs(cache.get("blocks.1.hook_resid_mid"));
    }
}
