package io.fluxo.stream;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.backend.ObservedBackend;
import io.fluxo.backend.Routine;
import io.fluxo.block.Placement;
import io.fluxo.conformance.NoKernels;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.inspect.StreamCheck;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.Transformer;
import io.fluxo.op.Ops;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values inside operations, as kernels hand them out: those that the model computes with, at no change of its results; held against the compositions in f64. */
class InteriorTest {

    private static final RandomKey KEY = RandomKey.of(31);
    private static final int VOCABULARY = 11;

    private static final ModelSpec PRE = ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 20).with(N_HEADS, 4).with(D_HEAD, 6).with(D_MLP, 28).with(N_CTX, 80)
            .with(D_VOCAB, VOCABULARY).with(NORM_AFFINE, true).with(ACT_FN, "gelu");

    private final Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 2));
    private final Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));

    @AfterEach
    void close() {
        simd.close();
        exact.close();
    }

    /** Every placement, and every design whose operations show something inside; two blocks of ragged sizes. */
    static Stream<Arguments> models() {
        Map<String, ModelSpec> designs = new LinkedHashMap<>();
        ModelParts.CATALOG.names(Placement.KIND).forEach(placement -> designs.put(placement, PRE.with(PLACEMENT, placement)));
        designs.put("both ways", PRE.with(MASK, MaskKind.BIDIRECTIONAL));
        designs.put("shared heads", PRE.with(N_KEY_VALUE_HEADS, 2));
        designs.put("soft cap", PRE.with(ATTN_SCORES_SOFT_CAP, 2.5));
        designs.put("qk norm", PRE.with(QK_NORM, true));
        designs.put("rms norm", PRE.with(NORM, "rms_norm"));
        designs.put("without gains", PRE.with(NORM_AFFINE, false));
        designs.put("rope", PRE.with(POSITIONS, "rope"));
        designs.put("alibi", PRE.with(POSITIONS, "alibi"));
        designs.put("uniform", PRE.with(ATTENTION, "uniform"));
        return designs.entrySet().stream().map(design -> Arguments.of(design.getKey(), design.getValue()));
    }

    private static Transformer model(ModelSpec spec, Backend backend, DType dtype) {
        Transformer model = ModelBuilder.transformer(spec, ModelParts.CATALOG);
        Initializer values = Initializer.normal(0.4);
        model.fill(cell -> backend.upload(HostArray.of(cell.shape(), dtype, values.sample(cell.shape(), KEY.split(cell.name())))));
        return model;
    }

    private static HostArray tokens(int rows, int length) {
        return HostArray.of(Shape.of(rows, length), IntStream.range(0, rows * length).map(i -> KEY.split("tokens").below(VOCABULARY, i)).toArray());
    }

    private double[] doubles(Tensor tensor) {
        return simd.download(tensor).toDoubles();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void lookingChangesNoBit(String name, ModelSpec spec) {
        Transformer model = model(spec, simd, DType.F32);
        for (int length : new int[] {1, 5, 37, 71}) {
            Tensor ids = simd.upload(tokens(2, length));
            double[] plain = doubles(model.forward(Pass.evaluation(simd), ids));
            for (String points : List.of("*", "*.attn.hook_pattern", "*.hook_attn_scores", "*.hook_scale", "*.hook_normalized")) {
                Cache cache = new Cache(new HookPattern(points)::matches);
                double[] looked = doubles(model.forward(Pass.evaluation(simd).with(cache), ids));
                assertThat(Arrays.equals(looked, plain)).as("%s, %d tokens, %s", name, length, points).isTrue();
                assertThat(cache.ranCompositions()).as("%s", points).isFalse();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void whatIsHandedOutIsWhatTheCompositionsShow(String name, ModelSpec spec) {
        for (int length : new int[] {1, 5, 37, 71}) {
            Cache handedOut = Cache.everything();
            Cache composed = Cache.everything();
            model(spec, simd, DType.F32).forward(Pass.evaluation(simd).with(handedOut), simd.upload(tokens(2, length)));
            model(spec, exact, DType.F64).forward(Pass.evaluation(exact).with(composed), exact.upload(tokens(2, length)));
            assertSameValues(composed, handedOut);
        }
    }

    /** Within 1e-4 of the largest value: some two hundred times the rounding of one operation, for two blocks of them. */
    private void assertSameValues(Cache expected, Cache got) {
        assertThat(got.values().keySet()).containsExactlyElementsOf(expected.values().keySet());
        expected.values().forEach((point, value) -> {
            double[] wanted = exact.download(value).toDoubles();
            double largest = IntStream.range(0, wanted.length).mapToDouble(i -> wanted[i]).filter(Double::isFinite).map(Math::abs).max().orElse(0);
            assertThat(got.get(point).shape()).as(point).isEqualTo(value.shape());
            assertClose(point, wanted, doubles(got.get(point)), 1e-4 * Math.max(1, largest));
        });
    }

    private static void assertClose(String what, double[] expected, double[] got, double allowed) {
        assertThat(got).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < got.length; i++) {
            if (!(got[i] == expected[i] || Math.abs(got[i] - expected[i]) <= allowed)) {
                throw new AssertionError("%s: element %d is %s instead of %s".formatted(what, i, got[i], expected[i]));
            }
        }
    }

    static Stream<Arguments> declared() {
        return models().filter(model -> ModelBuilder.transformer((ModelSpec) model.get()[1], ModelParts.CATALOG).blocks().stream().allMatch(block -> block.contract().isPresent()));
    }

    /** pattern · v = z, as the kernel's own numbers have it, of every model that declares its stream. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("declared")
    void patternsTimesValuesAreTheHeadsResults(String name, ModelSpec spec) {
        assertThat(StreamCheck.of(model(spec, simd, DType.F32), simd, tokens(2, 37)).fault()).as(name).isEmpty();
    }

    /** From a value on that is replaced the composition runs, and what follows is shown as it then is. */
    @ParameterizedTest
    @ValueSource(strings = {"blocks.0.attn.hook_attn_scores", "blocks.0.attn.hook_pattern", "blocks.0.ln1.hook_scale", "blocks.0.ln1.hook_normalized"})
    void aReplacedValueIsWhatTheModelGoesOnWith(String point) {
        ModelSpec spec = PRE;
        UnaryOperator<Hooks> changed = cache -> Hooks.all(List.of(Intervention.scale(point, 1.5), cache));
        Cache got = Cache.everything();
        Cache expected = Cache.everything();
        Cache untouched = Cache.everything();
        Transformer model = model(spec, simd, DType.F32);
        model.forward(Pass.evaluation(simd).with(changed.apply(got)), simd.upload(tokens(2, 37)));
        model.forward(Pass.evaluation(simd).with(untouched), simd.upload(tokens(2, 37)));
        model(spec, exact, DType.F64).forward(Pass.evaluation(exact).with(changed.apply(expected)), exact.upload(tokens(2, 37)));
        assertSameValues(expected, got);
        assertThat(got.ranCompositions()).isTrue();
        assertThat(doubles(got.get("blocks.0.hook_attn_out"))).isNotEqualTo(doubles(untouched.get("blocks.0.hook_attn_out")));
    }

    /** Where gradients are recorded there are gradients with respect to what is inside, as the compositions have them. */
    @Test
    void valuesInsideHaveGradients() {
        ModelSpec spec = PRE;
        List<HostArray> expected = insideGradients(spec, exact, DType.F64);
        List<HostArray> got = insideGradients(spec, simd, DType.F32);
        for (int i = 0; i < got.size(); i++) {
            assertThat(Arrays.stream(expected.get(i).toDoubles()).anyMatch(value -> Math.abs(value) > 1e-3)).isTrue();
            assertClose("gradient " + i, expected.get(i).toDoubles(), got.get(i).toDoubles(), 1e-3);
        }
    }

    private static List<HostArray> insideGradients(ModelSpec spec, Backend backend, DType dtype) {
        Transformer model = model(spec, backend, dtype);
        try (AutodiffBackend autodiff = new AutodiffBackend(backend)) {
            model.parameters().forEach(parameter -> autodiff.watch(parameter.value()));
            Cache cache = Cache.of("blocks.1.attn.hook_pattern", "blocks.1.ln1.hook_normalized");
            Tensor logits = model.forward(Pass.evaluation(autodiff).with(cache), backend.upload(tokens(1, 5)));
            Ops ops = new Ops(autodiff);
            List<Tensor> targets = List.copyOf(cache.values().values());
            return Stream.of(autodiff.gradients(ops.sumAll(ops.mul(logits, logits)), targets)).map(backend::download).toList();
        }
    }

    /** Decorators pass on what kernels hand out, look at it, or do without. */
    @Test
    void decoratorsChangeNothing() {
        ModelSpec spec = PRE;
        Cache plain = Cache.everything();
        model(spec, simd, DType.F32).forward(Pass.evaluation(simd).with(plain), simd.upload(tokens(2, 5)));
        for (Backend decorated : List.of(new CheckedBackend(simd), new ObservedBackend(simd), new AutodiffBackend(simd), new NoKernels(simd))) {
            Cache cache = Cache.everything();
            model(spec, decorated, DType.F32).forward(Pass.evaluation(decorated).with(cache), decorated.upload(tokens(2, 5)));
            assertThat(cache.ranCompositions()).as(decorated.name()).isFalse();
            plain.values().forEach((point, value) -> {
                double[] got = decorated.download(cache.get(point)).toDoubles();
                assertClose(point + " on " + decorated, doubles(value), got, decorated instanceof NoKernels ? 1e-3 : 0);
            });
        }
    }

    /** A step with hooks can be recorded: its replays hand out the same bits, norms in the epilogues of their products among them. */
    @Test
    void aRecordedStepHandsOutTheSameBits() {
        ModelSpec spec = PRE;
        Transformer model = model(spec, simd, DType.F32);
        Tensor ids = simd.upload(tokens(2, 16));
        int[] asked = {0};
        Routine routine = simd.routine(() -> {
            asked[0]++;
            Cache cache = Cache.everything();
            Pass pass = Pass.evaluation(simd).with(cache);
            Tensor logits = model.forward(pass, ids);
            Tensor pattern = cache.get("blocks.1.attn.hook_pattern");
            Tensor normalized = cache.get("blocks.1.ln2.hook_normalized");
            Tensor scale = cache.get("ln_final.hook_scale");
            return pass.concat(0, flat(pass, logits), flat(pass, pattern), flat(pass, normalized), flat(pass, scale));
        });
        double[] first;
        try (TensorScope _ = simd.openScope()) {
            first = doubles(routine.run());
        }
        for (int run = 0; run < 5; run++) {
            try (TensorScope _ = simd.openScope()) {
                assertThat(Arrays.equals(doubles(routine.run()), first)).isTrue();
            }
        }
        assertThat(asked[0]).isEqualTo(2);
    }

    private static Tensor flat(Ops ops, Tensor x) {
        Tensor flat = x;
        while (flat.rank() > 1) {
            flat = ops.mergeAxes(flat, 0);
        }
        return flat;
    }
}
