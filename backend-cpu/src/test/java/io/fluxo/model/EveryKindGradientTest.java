package io.fluxo.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.autodiff.AutodiffBackend;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.layer.Cell;
import io.fluxo.layer.Parameter;
import io.fluxo.layer.Pass;
import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.ModelSpec.RopeLayout;
import io.fluxo.random.RandomKey;
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
        Stream<ModelSpec> placements = Catalog.STANDARD.placements().keySet().stream().map(placement -> small().placement(placement).build());
        Stream<ModelSpec> norms = Catalog.STANDARD.norms().keySet().stream().map(norm -> small().placement("post").norm(norm).build());
        Stream<ModelSpec> rest = Stream.of(
                small().actFn(ActFn.SILU).build(), small().actFn(ActFn.SWIGLU).build(), small().actFn(ActFn.GEGLU).build(),
                small().attention(AttentionKind.UNIFORM).build(), small().attention(AttentionKind.SELF_ONLY).build(),
                small().attention(AttentionKind.NONE).build(), small().ffn(false).build(), small().placement("resi_dual").ffn(false).build(),
                small().positions(PositionKind.ROPE).build(), small().positions(PositionKind.ROPE).ropeLayout(RopeLayout.INTERLEAVED).qkNorm(true).build(),
                small().positions(PositionKind.ALIBI).nHeads(4).nKeyValueHeads(2).mask(MaskKind.BIDIRECTIONAL).build(),
                small().residual(ResidualKind.SCALED).residualScale(0.5).build(), small().residual(ResidualKind.NONE).build());
        return Stream.of(placements, norms, rest).flatMap(all -> all);
    }

    private static ModelSpecBuilder small() {
        return ModelSpec.builder().nLayers(2).dModel(4).nHeads(2).dHead(2).dMlp(5).nCtx(4).dVocab(3).normAffine(true).actFn(ActFn.GELU);
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
        return Stream.of("pre", "post", "sandwich").map(placement -> small().placement(placement).norm("batch_norm").build());
    }

    private static void check(ModelSpec spec, Backend backend, boolean trains) {
        LanguageModel model = ModelBuilder.build(spec, Catalog.STANDARD);
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
