package io.fluxo.stream;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.block.Block;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.golden.Setup;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.op.FusedOp;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Scalar;
import io.fluxo.shape.Shape;
import io.fluxo.shape.ShapeMismatchException;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Looking into the stream and changing it, under post-norm and pre-norm. */
class HooksTest {

    private static final int LAYERS = 2;

    /** The hook points of a block at its operations' boundaries, in the order of the run. */
    private static final Map<String, List<String>> BLOCK = Map.of(
            "post", List.of("hook_resid_pre", "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_z", "hook_attn_out", "hook_resid_mid",
                    "ln1.hook_out", "mlp.hook_pre", "mlp.hook_post", "hook_mlp_out", "hook_resid_post", "ln2.hook_out", "hook_normalized_resid_post"),
            "pre", List.of("hook_resid_pre", "ln1.hook_out", "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_z", "hook_attn_out",
                    "hook_resid_mid", "ln2.hook_out", "mlp.hook_pre", "mlp.hook_post", "hook_mlp_out", "hook_resid_post"));

    private final Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Pass pass = Pass.evaluation(backend);
    private final Tensor tokens = backend.upload(HostArray.of(Shape.of(2, 5), 3, 1, 4, 1, 5, 6, 2, 0, 6, 3));

    @AfterEach
    void close() {
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void theCacheHoldsEveryBoundaryInOrder(String placement) {
        Cache cache = Cache.boundaries();
        model(placement).forward(pass.with(cache), tokens);
        List<String> expected = new ArrayList<>(List.of("hook_embed", "hook_pos_embed"));
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blocks." + layer + ".";
            BLOCK.get(placement).forEach(name -> expected.add(block + name));
        }
        if (placement.equals("pre")) {
            expected.add("ln_final.hook_out");
        }
        assertThat(cache.values().keySet()).containsExactlyElementsOf(expected);
        assertThat(cache.ranCompositions()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void everyPointOfTheModelIsReached(String placement) {
        Transformer model = model(placement);
        Cache cache = new Cache(_ -> true);
        model.forward(pass.with(cache), tokens);
        assertThat(model.hookPoints()).extracting(HookPoint::name).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(cache.values().keySet());
        assertThat(cache.ranCompositions()).isFalse();   // ejml has no kernels: the compositions ran anyway
    }

    @Test
    void underPostNormTheChaptersNamesObeyItsEquations() {
        Transformer model = model("post");
        for (int layer = 0; layer < LAYERS; layer++) {
            Named at = named(model, layer);
            assertSame(at.get("t2"), pass.add(at.get("t1"), at.get("x")));
            assertSame(at.get("t3"), pass.layerNorm(at.get("t2"), parameter(model, at.path + "ln1.w"), parameter(model, at.path + "ln1.b"), 1e-5));
            assertSame(at.get("t5"), pass.add(at.get("t4"), at.get("t3")));
            assertSame(at.get("h"), pass.layerNorm(at.get("t5"), parameter(model, at.path + "ln2.w"), parameter(model, at.path + "ln2.b"), 1e-5));
        }
        assertSame(named(model, 0).get("h"), named(model, 1).get("x"));
        assertThat(model.aliases()).containsEntry("blocks.0.t1", "blocks.0.hook_attn_out").containsEntry("blocks.1.h", "blocks.1.hook_normalized_resid_post")
                .containsEntry("blocks.0.attn.hook_out", "blocks.0.hook_attn_out").hasSize(LAYERS * (7 + 4));
    }

    @Test
    void underPreNormTheChaptersNamesObeyItsTwinsEquations() {
        Transformer model = model("pre");
        for (int layer = 0; layer < LAYERS; layer++) {
            Named at = named(model, layer);
            assertSame(at.get("t1"), pass.layerNorm(at.get("x"), parameter(model, at.path + "ln1.w"), parameter(model, at.path + "ln1.b"), 1e-5));
            assertSame(at.get("t3"), pass.add(at.get("t2"), at.get("x")));
            assertSame(at.get("t4"), pass.layerNorm(at.get("t3"), parameter(model, at.path + "ln2.w"), parameter(model, at.path + "ln2.b"), 1e-5));
            assertSame(at.get("h"), pass.add(at.get("t5"), at.get("t3")));
        }
        assertSame(named(model, 0).get("h"), named(model, 1).get("x"));
        assertThat(model.aliases()).containsEntry("blocks.0.t1", "blocks.0.ln1.hook_out").containsEntry("blocks.1.h", "blocks.1.hook_resid_post");
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void attentionThatIsPutToZeroIsAsIfItWereNotThere(String placement) {
        Transformer model = model(placement);
        Cache cache = Cache.boundaries();
        Tensor plain = model.forward(pass.with(cache), tokens);
        Tensor x = cache.get("blocks.0.hook_resid_pre");
        Tensor zeros = pass.constant(Scalar.ZERO, x.shape(), DType.F64);
        Tensor ablated = model.forward(pass.with(Intervention.replace("blocks.0.hook_attn_out", zeros)), tokens);

        // with t1 = 0 (post) or t2 = 0 (pre) the block's second half starts from x itself
        Tensor h;
        if (placement.equals("post")) {
            Tensor t3 = norm(model, "ln1", x);
            h = norm(model, "ln2", pass.add(mlp(model, t3), t3));
        } else {
            h = pass.add(mlp(model, norm(model, "ln2", x)), x);
        }
        Tensor expected = model.unembed(pass, model.blocks().get(1).forward(pass, h));
        assertSame(ablated, expected);
        assertThat(doubles(ablated)).isNotEqualTo(doubles(plain));
    }

    @Test
    void anInterventionOfAnotherShapeIsRefused() {
        Tensor one = pass.constant(Scalar.ONE, Shape.of(1), DType.F64);
        Pass changed = pass.with(Intervention.replace("blocks.0.hook_attn_out", one));
        Transformer model = model("post");
        assertThatThrownBy(() -> model.forward(changed, tokens)).isInstanceOf(ShapeMismatchException.class).hasMessageContaining("blocks.0.hook_attn_out");
    }

    @Test
    void severalHooksSeeWhatTheOnesBeforeThemReturned() {
        Transformer model = model("pre");
        String point = "blocks.0.hook_mlp_out";
        Cache before = Cache.of(point);
        Cache after = Cache.of(point);
        model.forward(pass.with(Hooks.all(List.of(before, new Intervention(point, value -> pass.scale(value, 3)), after))), tokens);
        assertSame(after.get(point), pass.scale(before.get(point), 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void attentionPatternsAreDistributionsThatLookBackOnly(String placement) {
        Cache cache = Cache.of("blocks.0.attn.hook_pattern", "blocks.0.attn.hook_attn_scores");
        Transformer model = model(placement);
        Tensor output = model.forward(pass.with(cache), tokens);
        Tensor pattern = cache.get("blocks.0.attn.hook_pattern");
        assertThat(pattern.shape()).isEqualTo(Shape.of(2, 2, 5, 5));
        double[] weights = doubles(pattern);
        for (int row = 0; row < 20; row++) {
            double total = 0;
            for (int key = 0; key < 5; key++) {
                total += weights[row * 5 + key];
                if (key > row % 5) {
                    assertThat(weights[row * 5 + key]).isZero();
                }
            }
            assertThat(total).isCloseTo(1, within(1e-15 * 5));
        }
        assertThat(cache.ranCompositions()).isFalse();   // ejml has no kernels: the compositions ran anyway
        assertThat(doubles(output)).containsExactly(doubles(model.forward(pass, tokens)), within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre"})
    void aNormsInteriorFitsItsOutput(String placement) {
        Transformer model = model(placement);
        Cache cache = Cache.of("blocks.1.ln1.hook_scale", "blocks.1.ln1.hook_normalized", "blocks.1.ln1.hook_out", model.aliases().get(
                placement.equals("post") ? "blocks.1.t2" : "blocks.1.x"));
        model.forward(pass.with(cache), tokens);
        Tensor normalized = cache.get("blocks.1.ln1.hook_normalized");
        Tensor affine = pass.add(pass.mul(normalized, parameter(model, "blocks.1.ln1.w")), parameter(model, "blocks.1.ln1.b"));
        assertSame(cache.get("blocks.1.ln1.hook_out"), affine);

        Tensor input = cache.get(model.aliases().get(placement.equals("post") ? "blocks.1.t2" : "blocks.1.x"));
        Tensor centred = pass.sub(input, pass.mean(input, -1));
        assertThat(doubles(pass.mul(normalized, cache.get("blocks.1.ln1.hook_scale")))).containsExactly(doubles(centred), within(1e-13));
        assertThat(cache.ranCompositions()).isFalse();   // ejml has no kernels: the compositions ran anyway
    }

    static Stream<Arguments> setups() {
        return Setup.ALL.stream().flatMap(setup -> Stream.of("post", "pre").map(placement -> Arguments.of(setup, placement)));
    }

    @ParameterizedTest
    @MethodSource("setups")
    void lookingChangesNoBit(Setup setup, String placement) {
        try (Backend other = setup.open()) {
            Transformer model = model(placement, other, setup.dtype());
            Tensor ids = other.upload(backend.download(tokens));
            Pass plain = Pass.evaluation(other);
            double[] expected = other.download(model.forward(plain, ids)).toDoubles();
            for (Hooks hooks : List.of(Cache.boundaries(), Cache.everything(), new Cache(_ -> false), Hooks.all(List.of()))) {
                assertThat(other.download(model.forward(plain.with(hooks), ids)).toDoubles()).containsExactly(expected);
            }
        }
    }

    @Test
    void aNameTheCacheDoesNotHoldIsAnErrorThatNamesTheNearest() {
        Cache cache = Cache.boundaries();
        assertThatThrownBy(() -> cache.get("blocks.0.t1")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("it holds nothing");
        model("pre").forward(pass.with(cache), tokens);
        assertThatThrownBy(() -> cache.get("blocks.0.hook_attn_uot")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds no 'blocks.0.hook_attn_uot'").hasMessageContaining("the nearest names are blocks.0.hook_attn_out, ");
        assertThatThrownBy(() -> cache.get("blocks.0.t6")).hasMessageContaining("blocks.0.t1").hasMessageContaining("blocks.0.t5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "pre", "none", "sandwich", "res_post", "deep_norm", "resi_dual", "mix_ln", "ln_scaling", "parallel", "norm_former", "rezero", "post_scaled", "keel", "siamese",
        "hyper_connections", "mhc", "deep_delta", "attn_res", "ngpt", "hybrid_norm"})
    void theChaptersNamesAreNamesOfHookPoints(String placement) {
        Transformer model = model(placement);
        Cache all = Cache.boundaries();
        model.forward(pass.with(all), tokens);
        assertThat(model.aliases()).containsKeys("blocks.0.x", "blocks.0.t1", "blocks.1.h");
        model.aliases().forEach((alias, name) -> {
            Tensor shown = all.get(name);
            assertThat(all.get(alias)).as(alias).isSameAs(shown);
            Cache one = Cache.of(alias);
            model.forward(pass.with(one), tokens);
            assertThat(one.values()).as(alias).containsOnlyKeys(name);
            assertSame(one.get(alias), shown);
            Tensor changed = model.forward(pass.with(new Intervention(alias, value -> pass.scale(value, 0.5))), tokens);
            assertSame(changed, model.forward(pass.with(new Intervention(name, value -> pass.scale(value, 0.5))), tokens));
        });
    }

    @Test
    void aBlockByItselfKnowsTheChaptersNamesToo() {
        Block block = model("post").blocks().getFirst();
        Tensor x = pass.constant(Scalar.ONE, Shape.of(1, 3, 8), DType.F64);
        Cache cache = Cache.boundaries();
        block.forward(pass.with(cache), x);
        assertThat(cache.get("blocks.0.t1")).isSameAs(cache.get("blocks.0.hook_attn_out"));
        Cache token = Cache.of("blocks.0.t3");
        block.token(pass.with(token), x, 2, FusedOp.Mask.CAUSAL);
        assertThat(token.get("blocks.0.t3").shape()).isEqualTo(Shape.of(1, 1, 8));
    }

    @Test
    void aModelRefusesHooksThatNothingWouldReach() {
        Transformer model = model("pre");
        Tensor one = pass.constant(Scalar.ONE, Shape.of(1), DType.F64);
        for (Hooks hooks : List.of(Intervention.replace("blocks.7.hook_attn_out", one), Cache.of("blocks.7.hook_attn_out"),
                Hooks.all(List.of(Cache.boundaries(), Intervention.replace("blocks.7.hook_attn_out", one))))) {
            assertThatThrownBy(() -> model.forward(pass.with(hooks), tokens)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the model has no hook point 'blocks.7.hook_attn_out'; the nearest names are blocks.0.hook_attn_out, blocks.1.hook_attn_out");
        }
    }

    private Transformer model(String placement) {
        return model(placement, backend, DType.F64);
    }

    private static Transformer model(String placement, Backend backend, DType dtype) {
        ModelSpec spec = ModelSpec.DEFAULT.with(N_LAYERS, LAYERS).with(D_MODEL, 8).with(N_HEADS, 2).with(D_MLP, 12).with(N_CTX, 6).with(D_VOCAB, 7).with(ACT_FN, "gelu")
                .with(PLACEMENT, placement).with(NORM_AFFINE, true);
        Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
        RandomKey key = RandomKey.of(11);
        // gains and biases too differ from their neutral first values
        Initializer values = Initializer.normal(0.6);
        model.fill(parameter -> backend.upload(HostArray.of(parameter.shape(), dtype, values.sample(parameter.shape(), key.split(parameter.name())))));
        return model;
    }

    /** The values at a block's chapter names. */
    private Named named(Transformer model, int layer) {
        Cache cache = Cache.boundaries();
        model.forward(pass.with(cache), tokens);
        return new Named("blocks." + layer + ".", model.aliases(), cache);
    }

    private record Named(String path, Map<String, String> aliases, Cache cache) {
        Tensor get(String symbol) {
            return cache.get(aliases.get(path + symbol));
        }
    }

    private Tensor norm(Transformer model, String name, Tensor x) {
        return pass.layerNorm(x, parameter(model, "blocks.0." + name + ".w"), parameter(model, "blocks.0." + name + ".b"), 1e-5);
    }

    private Tensor mlp(Transformer model, Tensor x) {
        Tensor hidden = pass.gelu(pass.linear(x, parameter(model, "blocks.0.mlp.W_in"), parameter(model, "blocks.0.mlp.b_in")));
        return pass.linear(hidden, parameter(model, "blocks.0.mlp.W_out"), parameter(model, "blocks.0.mlp.b_out"));
    }

    private static Tensor parameter(Transformer model, String name) {
        return model.parameters().stream().filter(parameter -> parameter.name().equals(name)).findFirst().orElseThrow().value();
    }

    private void assertSame(Tensor actual, Tensor expected) {
        assertThat(doubles(actual)).containsExactly(doubles(expected));
    }

    private double[] doubles(Tensor tensor) {
        return backend.download(tensor).toDoubles();
    }
}
