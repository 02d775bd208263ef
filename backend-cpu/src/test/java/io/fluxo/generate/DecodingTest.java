package io.fluxo.generate;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.block.Placement;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.layer.Initializer;
import io.fluxo.layer.Layer;
import io.fluxo.layer.PastTokens;
import io.fluxo.layer.Pass;
import io.fluxo.layer.TokenMixer;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.PositionKind;
import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.RopeLayout;
import io.fluxo.plugin.Catalog;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.api.Test;

/** Token by token comes what comes of the whole sequence at once, bit for bit. */
class DecodingTest {

    private static final int CONTEXT = 21;
    private static final int VOCABULARY = 11;

    static Stream<ModelSpec> kinds() {
        Stream<ModelSpec> placements = ModelParts.CATALOG.all(Placement.KIND).keySet().stream().map(placement -> small().with(PLACEMENT, placement));
        Stream<ModelSpec> norms = ModelParts.CATALOG.all(NormFactory.KIND).keySet().stream().map(norm -> small().with(NORM, norm));
        Stream<ModelSpec> attentions = ModelParts.CATALOG.names(AttentionKind.KIND).stream().map(kind -> small().with(ATTENTION, kind));
        Stream<ModelSpec> positions = Stream.of("sinusoidal", "rope", "alibi", "none").map(kind -> small().with(POSITIONS, kind));
        Stream<ModelSpec> rest = Stream.of(small().with(POSITIONS, "rope").with(ROPE_LAYOUT, RopeLayout.INTERLEAVED).with(QK_NORM, true), small().with(N_KEY_VALUE_HEADS, 2),
                small().with(N_KEY_VALUE_HEADS, 1).with(POSITIONS, "rope").with(ACT_FN, "swiglu").with(TIED_HEAD, true), small().with(FFN, false),
                small().with(FAMILY, ModelSpec.Family.GRU), small().with(FAMILY, ModelSpec.Family.RNN));
        return Stream.of(placements, norms, attentions, positions, rest).flatMap(all -> all);
    }

    private static ModelSpec small() {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 24).with(N_HEADS, 4).with(D_MLP, 40).with(N_CTX, CONTEXT).with(D_VOCAB, VOCABULARY).with(NORM_AFFINE, true).with(ACT_FN, "gelu");
    }

    private static int[] tokens(int count) {
        return IntStream.range(0, count).map(i -> RandomKey.of(5).below(VOCABULARY, i)).toArray();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theSameBitsAsWithoutWhatIsKept(ModelSpec spec) {
        compare(spec, new SimdProvider(), new BackendOptions(DType.F32, 0, 1));
        compare(spec, new EjmlProvider(), new BackendOptions(DType.F64, 0, 1));
    }

    private static void compare(ModelSpec spec, BackendProvider provider, BackendOptions options) {
        try (Backend backend = provider.open(options); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
            model.initialize(backend, options.dtype(), RandomKey.of(3));
            int[] all = tokens(CONTEXT);
            double[][] whole = whole(model, backend, all);
            try (Decoding decoding = new Decoding(model, backend, CONTEXT)) {
                int given = 0;
                for (int more : new int[] {5, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1, 1}) {
                    double[] logits = decoding.after(Arrays.copyOfRange(all, given, given + more));
                    given += more;
                    assertThat(logits).as("%s on %s after %d tokens", spec, backend.name(), given).isEqualTo(whole[given - 1]);
                }
            }
        }
    }

    private static double[][] whole(LanguageModel model, Backend backend, int[] ids) {
        try (TensorScope _ = backend.openScope()) {
            double[] logits = backend.download(model.forward(Pass.evaluation(backend), backend.upload(HostArray.of(Shape.of(1, ids.length), ids)))).toDoubles();
            return IntStream.range(0, ids.length).mapToObj(i -> Arrays.copyOfRange(logits, i * VOCABULARY, (i + 1) * VOCABULARY)).toArray(double[][]::new);
        }
    }

    @Test
    void beyondTheContextTheLastTokensCountAlone() {
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1)); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(small(), ModelParts.CATALOG);
            model.initialize(backend, DType.F32, RandomKey.of(3));
            int[] all = tokens(CONTEXT + 6);
            try (Decoding decoding = new Decoding(model, backend, CONTEXT)) {
                decoding.after(Arrays.copyOf(all, CONTEXT - 1));
                for (int length = CONTEXT; length <= all.length; length++) {
                    double[][] expected = whole(model, backend, Arrays.copyOfRange(all, Math.max(0, length - CONTEXT), length));
                    assertThat(decoding.after(all[length - 1])).isEqualTo(expected[expected.length - 1]);
                }
                assertThat(decoding.tokens()).isEqualTo(all);
            }
        }
    }

    /** A mixer that is no attention keeps nothing: rather than forget the past, it refuses. */
    @Test
    void aMixerThatForgetsIsRefused() {
        TokenMixer forgetful = new TokenMixer("blocks.0.conv") {
            @Override
            protected Tensor compute(Pass pass, Tensor x) {
                return mixed(pass, x);
            }
        };
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)); TensorScope _ = backend.openScope()) {
            Tensor x = backend.upload(HostArray.of(Shape.of(1, 2, 3), new double[6]));
            assertThat(forgetful.forward(Pass.evaluation(backend), x)).isSameAs(x);
            assertThatThrownBy(() -> forgetful.forward(Pass.evaluation(backend).after(new PastTokens()), x)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("blocks.0.conv does not keep tokens of earlier passes");
        }
    }

    /** Positions that begin at 0 in every pass would be wrong from the second token on. */
    @Test
    void positionsThatDoNotAskAreRefused() {
        PositionKind forgetful = new PositionKind() {
            @Override
            public Optional<Layer> added(Dim nCtx, Dim dModel, Initializer initializer) {
                return Optional.of(new Layer("") {
                    @Override
                    protected Tensor compute(Pass pass, Tensor x) {
                        return pass.add(x, pass.iota(1, x.shape(), x.dtype()));
                    }
                });
            }
        };
        Catalog catalog = ModelParts.CATALOG.plus(PositionKind.KIND, "forgetful", forgetful);
        try (Backend backend = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1)); TensorScope _ = backend.openScope()) {
            LanguageModel model = ModelBuilder.build(small().with(POSITIONS, "forgetful"), catalog);
            model.initialize(backend, DType.F32, RandomKey.of(3));
            try (Decoding decoding = new Decoding(model, backend, CONTEXT)) {
                assertThatThrownBy(() -> decoding.after(1, 2)).isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("do not ask where a pass begins");
            }
        }
    }
}
