package io.fluxo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.model.LanguageModel;
import io.fluxo.model.ModelBuilder;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.random.RandomKey;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import io.fluxo.train.Evidence.Kind;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Measures of made-up steps, against their definitions written down pair by pair and number by number. */
class MeasuresTest {

    private static final int SEQUENCES = 3;
    private static final int TOKENS = 4;
    private static final int WIDTH = 5;

    private static HostArray drawn(String name, int... sizes) {
        RandomKey key = RandomKey.of(4).split(name);
        Shape shape = Shape.of(sizes);
        return HostArray.of(shape, IntStream.range(0, shape.elements()).mapToDouble(i -> 0.3 + key.normal(i)).toArray());
    }

    private static double[] figures(Measure measure, Kind kind, HostArray... values) {
        return measure.figures(new Evidence(List.of(), List.of(), Map.of(kind, List.of(values))));
    }

    private static double[] token(HostArray stream, int sequence, int token) {
        int from = (sequence * TOKENS + token) * WIDTH;
        return Arrays.copyOfRange(stream.toDoubles(), from, from + WIDTH);
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    @Test
    void tokenSimilarityIsTheMeanCosineOfAllPairsOfASequence() {
        HostArray stream = drawn("x", SEQUENCES, TOKENS, WIDTH);
        double sum = 0;
        int pairs = 0;
        for (int s = 0; s < SEQUENCES; s++) {
            for (int i = 0; i < TOKENS; i++) {
                for (int j = i + 1; j < TOKENS; j++) {
                    double[] a = token(stream, s, i);
                    double[] b = token(stream, s, j);
                    sum += dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
                    pairs++;
                }
            }
        }
        assertThat(pairs).isEqualTo(18);
        assertThat(figures(Measures.TOKEN_SIMILARITY, Kind.STREAM, stream, HostArray.of(Shape.of(1, 2, 2), 1.0, 0, 0, 3), HostArray.of(Shape.of(1, 2, 1), 2.0, -3)))
                .usingComparatorWithPrecision(1e-14).containsExactly(sum / pairs, 0, -1);
    }

    @Test
    void theStreamsNormIsTheMeanOverAllTokensOfTheBatch() {
        HostArray stream = drawn("x", SEQUENCES, TOKENS, WIDTH);
        double sum = 0;
        for (int s = 0; s < SEQUENCES; s++) {
            for (int i = 0; i < TOKENS; i++) {
                double[] token = token(stream, s, i);
                sum += Math.sqrt(dot(token, token));
            }
        }
        assertThat(figures(Measures.STREAM_NORM_BY_LAYER, Kind.STREAM, stream, HostArray.of(Shape.of(2, 1, 2), 3.0, 4, 0, 1)))
                .usingComparatorWithPrecision(1e-14).containsExactly(sum / 12, 3);
    }

    @Test
    void theStreamsGradientHasOneNormForTheWholeBatch() {
        assertThat(figures(Measures.STREAM_GRAD_NORM_BY_LAYER, Kind.STREAM_GRADIENTS, HostArray.of(Shape.of(2, 1, 2), 2.0, 4, 4, 8),
                HostArray.of(Shape.of(1, 1, 1), -3.0))).containsExactly(10, 3);
    }

    /** A layer's name is not the beginning of another's: blocks.1 does not take in blocks.10. */
    @Test
    void aLayersGradientHasTheNormOfAllItsParametersTogether() {
        List<String> names = List.of("W_E", "blocks.1.W", "blocks.1.b", "blocks.10.W");
        List<HostArray> gradients = List.of(HostArray.of(Shape.of(1), 100.0), HostArray.of(Shape.of(2, 2), 1.0, 1, 1, 1), HostArray.of(Shape.of(2), 2.0, 1),
                HostArray.of(Shape.of(1, 1), 7.0));
        assertThat(Measures.PARAM_GRAD_NORM_BY_LAYER.figures(new Evidence(List.of("blocks.1", "blocks.10"), names, Map.of(Kind.GRADIENTS, gradients))))
                .usingComparatorWithPrecision(1e-14).containsExactly(3, 7);
    }

    /** ‖(3, 4) − (3, 1)‖/‖(3, 4)‖ = 3/5; vectors are left out. */
    @Test
    void theUpdateRatioIsTheChangeOverTheOldNormOfEachMatrix() {
        List<HostArray> before = List.of(HostArray.of(Shape.of(1, 2), 3.0, 4), HostArray.of(Shape.of(2), 1.0, 1), HostArray.of(Shape.of(1, 1), 2.0));
        List<HostArray> after = List.of(HostArray.of(Shape.of(1, 2), 3.0, 1), HostArray.of(Shape.of(2), 5.0, 5), HostArray.of(Shape.of(1, 1), 2.0));
        assertThat(Measures.UPDATE_RATIO.figures(new Evidence(List.of(), List.of(), Map.of(Kind.WEIGHTS_BEFORE, before, Kind.WEIGHTS_AFTER, after))))
                .hasSize(2).satisfies(ratios -> {
                    assertThat(ratios[0]).isCloseTo(0.6, within(1e-15));
                    assertThat(ratios[1]).isZero();
                });
    }

    @Test
    void theUpdateRatiosAreLabelledWithTheNamesOfTheMatrices() {
        LanguageModel model = ModelBuilder.build(ModelSpec.DEFAULT.with(ModelSpec.N_LAYERS, 1), ModelParts.CATALOG);
        List<String> matrices = Measures.UPDATE_RATIO.labels(model);
        assertThat(matrices).contains("W_E", "W_U", "blocks.0.attn.W_Q", "blocks.0.mlp.W_out").doesNotContain("blocks.0.mlp.b_in", "blocks.0.attn.b_Q");
        assertThat(Measures.STREAM_NORM_BY_LAYER.labels(model)).as("figures of layers").isEmpty();
    }

    @Test
    void aMeasureIsRefusedWhereItsFiguresCouldNotBeToldOrTaken() {
        assertThat(objection("mine", "mine", Set.of(Kind.STREAM))).isEmpty();
        assertThat(objection("loss", "loss", Set.of())).hasValue("has the name of something that is told of every step: give it another label");
        assertThat(objection("mine", "yours", Set.of())).hasValue("calls itself 'yours': register it under that name");
        assertThat(objection("mine", "mine", null)).hasValue("has null for its needs(), or among them");
        assertThat(objection("mine", "mine", new HashSet<>(Arrays.asList(Kind.STREAM, null)))).hasValue("has null for its needs(), or among them");
    }

    private static Optional<String> objection(String name, String label, Set<Kind> needs) {
        return Measure.KIND.objection().apply(name, new Measure() {
            @Override
            public String label() {
                return label;
            }

            @Override
            public Set<Kind> needs() {
                return needs;
            }

            @Override
            public double[] figures(Evidence evidence) {
                return new double[0];
            }
        });
    }
}
