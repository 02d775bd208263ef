package io.fluxo.experiments.inspect.measure;

import static io.fluxo.experiments.inspect.measure.InstrumentMeasures.CONTRIBUTION_NORM_BY_LAYER;
import static io.fluxo.experiments.inspect.measure.InstrumentMeasures.INDUCTION_SCORE;
import static io.fluxo.experiments.inspect.measure.InstrumentMeasures.LENS_KL_BY_LAYER;
import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.block.Placement;
import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Specimens;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.HostArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Figures that can be checked by hand; and a measure that has no meaning says so before a model has weights. */
class InstrumentMeasuresTest {

    private static final ModelSpec TINY = ModelSpec.DEFAULT.with(N_LAYERS, 1).with(D_MODEL, 2).with(N_HEADS, 1).with(D_MLP, 2).with(N_CTX, 6).with(D_VOCAB, 2).with(NORM, "none")
            .with(POSITIONS, "none");

    private static final List<int[]> TEXTS = List.of(new int[] {0, 1, 0}, new int[] {1, 1, 1, 0});

    /** The stream is (0, 1) at first, the network's bias adds (1, 0), and the stream is read as it is. */
    private static void byHand(Inspected subject) {
        Map<String, double[]> values = Map.of("W_E", new double[] {0, 1, 0, 1}, "blocks.0.mlp.b_out", new double[] {1, 0}, "W_U", new double[] {1, 0, 0, 1});
        List<String> set = new ArrayList<>();
        subject.model().fill(cell -> {
            if (values.containsKey(cell.name())) {
                set.add(cell.name());
            }
            return subject.backend().upload(HostArray.of(cell.shape(), values.getOrDefault(cell.name(), new double[cell.shape().elements()])));
        });
        assertThat(set).containsExactlyInAnyOrderElementsOf(values.keySet());
    }

    /** At x_0 the lens says (1, e) / (1 + e), the model (½, ½): KL = −ln 2 − ½ ln p − ½ ln (1 − p). */
    @Test
    void theLensIsHeldAgainstTheEnd() {
        Specimens.with(TINY, subject -> {
            byHand(subject);
            double p = 1 / (1 + Math.E);
            assertThat(LENS_KL_BY_LAYER.figures(subject, TEXTS)).containsExactly(new double[] {-Math.log(2) - Math.log(p) / 2 - Math.log(1 - p) / 2, 0}, within(1e-12));
        });
    }

    /** Both parts have length 1, and the end is (1, 1). */
    @Test
    void aContributionIsAPartOfTheEnd() {
        Specimens.with(TINY, subject -> {
            byHand(subject);
            assertThat(CONTRIBUTION_NORM_BY_LAYER.figures(subject, TEXTS)).containsExactly(new double[] {Math.sqrt(0.5), Math.sqrt(0.5)}, within(1e-12));
        });
    }

    /** A later norm carries each part with it: LayerNorm of (1, 1 + …) leaves of (1, 0) and (0, 1) what is not their mean, halves that cancel. */
    @Test
    void underPostNormAPartIsWhatArrives() {
        Specimens.with(TINY.with(D_MODEL, 3).with(NORM, "layer_norm").with(PLACEMENT, "post"), subject -> {
            Map<String, double[]> values = Map.of("W_E", new double[] {1, -1, 0, 1, -1, 0}, "blocks.0.mlp.b_out", new double[] {3, -3, 0});
            subject.model().fill(cell -> subject.backend().upload(HostArray.of(cell.shape(), values.getOrDefault(cell.name(), cell.name().endsWith(".w") ? ones(cell.shape().elements())
                    : new double[cell.shape().elements()]))));
            // x_0 = (1, −1, 0), its norm a·(1, −1, 0) with a = √1.5, and (a + 3)·(1, −1, 0) is normalised once more: shares a and 3 of a + 3
            double a = Math.sqrt(1.5);
            assertThat(CONTRIBUTION_NORM_BY_LAYER.figures(subject, TEXTS)).containsExactly(new double[] {a / (a + 3), 3 / (a + 3)}, within(1e-4));      // ε
        });
    }

    private static double[] ones(int count) {
        return Stream.generate(() -> 1.0).limit(count).mapToDouble(x -> x).toArray();
    }

    /** Three tokens, repeated: of the queries at 3, 4 and 5 each attends to 4, 5 and 6 keys alike. */
    @Test
    void uniformAttentionInducesByChance() {
        Specimens.with(TINY.with(ATTENTION, "uniform"), subject ->
                assertThat(INDUCTION_SCORE.figures(subject, TEXTS)).containsExactly(new double[] {(1.0 / 4 + 1.0 / 5 + 1.0 / 6) / 3}, within(1e-12)));
    }

    @Test
    void whatHasNoMeaningNamesTheFact() {
        assertThat(against(LENS_KL_BY_LAYER, Specimens.SMALL.with(RESIDUAL, ResidualKind.NONE))).contains("the stream does not go past the sub-layers of blocks.0");
        assertThat(against(INDUCTION_SCORE, Specimens.SMALL.with(ATTENTION, "none"))).isEqualTo("no layer shows an attention pattern (hook_pattern)");
        assertThat(against(INDUCTION_SCORE, Specimens.SMALL.with(N_CTX, 3))).isEqualTo("a context of 3 tokens holds no sequence that repeats itself; n_ctx must be at least 4");
        assertThat(against(CONTRIBUTION_NORM_BY_LAYER, Specimens.SMALL.with(NORM, "dynamic_tanh").with(PLACEMENT, "post"))).contains("(DynamicTanh) is not affine, even with its σ held");
        assertThat(against(CONTRIBUTION_NORM_BY_LAYER, Specimens.SMALL.with(NORM, "dynamic_tanh"))).isEmpty();
    }

    static Stream<ModelSpec> models() {
        return ModelParts.CATALOG.names(Placement.KIND).stream().flatMap(placement -> Stream.of("layer_norm", "rms_norm", "batch_norm", "dynamic_tanh", "none")
                        .map(norm -> Specimens.SMALL.with(PLACEMENT, placement).with(NORM, Choice.of(norm))))
                .flatMap(spec -> Stream.of(spec, spec.with(RESIDUAL, ResidualKind.NONE), spec.with(ATTENTION, "none"), spec.with(FFN, false)))
                .filter(spec -> spec.violations(ModelParts.CATALOG).isEmpty());
    }

    /** What is said before there are weights is what is found with them. */
    @ParameterizedTest
    @MethodSource("models")
    void whatIsNotRefusedCanBeMeasured(ModelSpec spec) {
        Specimens.with(spec, subject -> {
            for (InstrumentMeasure measure : InstrumentMeasures.BUILT_IN) {
                if (measure.against(spec, subject.model()).isEmpty()) {
                    assertThat(measure.figures(subject, List.of(Specimens.ids(5, 1)))).hasSize(measure.byLayer() ? 3 : 1).doesNotContain(Double.NaN);
                }
            }
        });
    }

    private static String against(InstrumentMeasure measure, ModelSpec spec) {
        return measure.against(spec, ModelBuilder.transformer(spec, ModelParts.CATALOG)).orElse("");
    }
}
