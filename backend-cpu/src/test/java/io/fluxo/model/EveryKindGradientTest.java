package io.fluxo.model;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.block.Placement;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Cell;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.Gated;
import io.fluxo.layer.attention.GatedAttention;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.Rope;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec.BiasKind;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec.QkNormWidth;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.ModelSpec.RopeLayout;
import io.fluxo.random.RandomKey;
import io.fluxo.setting.Choice;
import io.fluxo.shape.Dim;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradient of the loss of every kind of model, parameter by parameter, against central differences of fourth order in float64. */
class EveryKindGradientTest {

    private static final double STEP = 5e-5;
    private static final RandomKey KEY = RandomKey.of(31);

    static Stream<ModelSpec> kinds() {
        // hybrid_norm normalises each head, and a LayerNorm of two numbers is all but a step, which differences do not follow
        Stream<ModelSpec> placements = ModelParts.CATALOG.all(Placement.KIND).keySet().stream()
                .map(placement -> small().with(PLACEMENT, placement).with(D_HEAD, placement.equals("hybrid_norm") ? 4 : 2));
        Stream<ModelSpec> norms = ModelParts.CATALOG.all(NormFactory.KIND).keySet().stream().map(norm -> small().with(PLACEMENT, "post").with(NORM, norm));
        Stream<ModelSpec> rest = Stream.of(
                small().with(ACT_FN, "silu"), small().with(ACT_FN, "swiglu"), small().with(ACT_FN, "geglu"),
                small().withAll(Map.of("attention", Choice.of("gated").with(Gated.GATE, GatedAttention.Width.HEAD))), small().with(FFN, false), small().with(PLACEMENT, "resi_dual").with(FFN, false),
                small().with(POSITIONS, "rope"), small().with(POSITIONS, "rope").with(ROPE_LAYOUT, RopeLayout.INTERLEAVED).with(QK_NORM, true),
                small().with(POSITIONS, "alibi").with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2).with(MASK, MaskKind.BIDIRECTIONAL),
                small().with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, 0.5), small().with(RESIDUAL, ResidualKind.NONE),
                small().with(PLACEMENT, "post").with(EMBED_NORM, true).with(N_TOKEN_TYPES, 2).with(MLM_HEAD, true).with(HEAD_BIAS, true).with(TIED_HEAD, true)
                        .with(MASK, MaskKind.BIDIRECTIONAL),
                small().with(PLACEMENT, "res_post").with(QK_NORM, true).with(QK_NORM_WIDTH, QkNormWidth.ALL).with(POSITIONS, "rope").with(BIAS, false)
                        .with(QKV_BIAS, BiasKind.ALWAYS).with(ACT_FN, "silu"),
                small().with(PLACEMENT, "sandwich").with(ATTN_SCALE, 3.0).with(ATTN_SCORES_SOFT_CAP, 2.0).with(OUTPUT_LOGITS_SOFT_CAP, 3.0).with(EMBED_SCALE, 2.0)
                        .with(POSITIONS, "alibi").with(ACT_FN, "geglu_tanh").with(HEAD_BIAS, true),
                small().withAll(Map.of("positions", Choice.of("rope").with(Rope.SCALING, Rope.Kind.YARN).with(Rope.FACTOR, 4.0).with(Rope.ORIGINAL_N_CTX, 4))));
        Stream<ModelSpec> attention = ModelParts.CATALOG.names(AttentionKind.KIND).stream().map(kind -> small().with(ATTENTION, kind));
        return Stream.of(placements, norms, attention, rest).flatMap(all -> all);
    }

    private static ModelSpec small() {
        return ModelSpec.DEFAULT.with(N_LAYERS, 2).with(D_MODEL, 4).with(N_HEADS, 2).with(D_HEAD, 2).with(D_MLP, 5).with(N_CTX, 4).with(D_VOCAB, 3).with(NORM_AFFINE, true).with(ACT_FN, "gelu");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void agreesWithCentralDifferences(ModelSpec spec) {
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1))) {
            check(spec, backend, false);
        }
    }

    @ParameterizedTest
    @MethodSource("norms")
    void agreesInPassesOfTrainingToo(ModelSpec spec) {
        try (Backend backend = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1))) {
            check(spec, backend, true);
        }
    }

    static Stream<ModelSpec> norms() {
        return Stream.of("pre", "post", "sandwich").map(placement -> small().with(PLACEMENT, placement).with(NORM, "batch_norm"));
    }

    private static void check(ModelSpec spec, Backend backend, boolean trains) {
        LanguageModel model = ModelBuilder.build(spec, ModelParts.CATALOG);
        Map<Cell, double[]> values = new HashMap<>();
        model.cells().forEach(cell -> values.put(cell, drawn(cell)));
        List<Parameter> parameters = model.parameters();
        double[][] gradients = new double[parameters.size()][];
        fill(model, backend, values);
        try (TensorScope _ = backend.openScope(); AutodiffBackend tape = new AutodiffBackend(backend)) {
            parameters.forEach(parameter -> tape.watch(parameter.value()));
            Tensor[] found = tape.gradients(loss(model, tape, trains), parameters.stream().map(Parameter::value).toList());
            for (int i = 0; i < found.length; i++) {
                gradients[i] = backend.download(found[i]).toDoubles();
            }
        }
        boolean any = false;
        for (int i = 0; i < gradients.length; i++) {
            double[] value = values.get(parameters.get(i));
            for (int k = 0; k < value.length; k += Math.max(1, value.length / 3)) {
                double near = at(model, backend, values, value, k, STEP, trains) - at(model, backend, values, value, k, -STEP, trains);
                double far = at(model, backend, values, value, k, 2 * STEP, trains) - at(model, backend, values, value, k, -2 * STEP, trains);
                double difference = (8 * near - far) / (12 * STEP);                     // of fourth order
                assertThat(gradients[i][k]).as("∂L/∂%s[%d]", parameters.get(i).name(), k).isCloseTo(difference, within(1e-9));
                any |= Math.abs(difference) > 1e-4;
            }
        }
        assertThat(any).as("some derivative is not zero").isTrue();
    }

    private static double at(LanguageModel model, Backend backend, Map<Cell, double[]> values, double[] value, int k, double step, boolean trains) {
        double before = value[k];
        value[k] = before + step;
        fill(model, backend, values);
        value[k] = before;
        try (TensorScope _ = backend.openScope()) {
            return backend.download(loss(model, backend, trains)).scalar();
        }
    }

    private static Tensor loss(LanguageModel model, Backend backend, boolean trains) {
        Shape shape = Shape.of(Dim.of("batch", 2), Dim.of("pos", 4));
        Tensor tokens = backend.upload(HostArray.of(shape, new int[] {0, 1, 2, 1, 2, 2, 0, 1}));
        Tensor targets = backend.upload(HostArray.of(shape, new int[] {1, 2, 1, 0, 2, 0, 1, 1}));
        return model.loss(trains ? Pass.training(backend, KEY) : Pass.evaluation(backend), tokens, targets);
    }

    private static void fill(LanguageModel model, Backend backend, Map<Cell, double[]> values) {
        model.fill(cell -> backend.upload(HostArray.of(cell.shape(), DType.F64, values.get(cell).clone())));
    }

    /** First values with noise, so that no gain is 1, no bias 0 and no branch closed. */
    private static double[] drawn(Cell cell) {
        double[] values = cell.initializer().sample(cell.shape(), KEY.split(cell.name()));
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i]) < 1e-12 || values[i] == 1 ? values[i] + 0.3 * Math.abs(KEY.split("noise " + cell.name()).normal(i)) : values[i];
        }
        return values;
    }
}
