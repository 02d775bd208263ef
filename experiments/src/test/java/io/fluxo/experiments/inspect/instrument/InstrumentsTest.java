package io.fluxo.experiments.inspect.instrument;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.inspect.Inspected;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.Specimens;
import io.fluxo.layer.Parameter;
import io.fluxo.model.ModelSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.SingularOps_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstrumentsTest {

    private static final int[] CLEAN = Specimens.ids(7, 1);
    private static final int[] CORRUPTED = Specimens.ids(7, 2);

    @ParameterizedTest
    @ValueSource(strings = {"pre", "post", "sandwich", "res_post", "none", "deep_delta", "siamese", "hyper_connections", "mhc", "attn_res"})
    void theLensEndsInWhatTheModelPredicts(String placement) {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, placement), subject -> {
            LogitLens lens = LogitLens.of(subject, CLEAN);
            assertThat(lens.layers()).hasSize(3);
            double[][] logits = Recording.of(subject, CLEAN, _ -> false).logits();
            for (int i = 0; i < CLEAN.length; i++) {
                LogitLens.Reading last = lens.layers().getLast().positions().get(i);
                assertThat(last.divergence()).isZero();
                assertThat(last.rank()).isZero();
                assertThat(last.ids()[0]).isEqualTo(Distributions.largest(logits[i], 1)[0]);
                assertThat(Math.log(last.probabilities()[0])).isCloseTo(Distributions.logProbabilities(logits[i])[last.ids()[0]], within(1e-12));
            }
            assertThat(lens.meanDivergences()[0]).isPositive();
            assertThat(lens.meanDivergences()[2]).isZero();
        });
    }

    @Test
    void distributionsByHand() {
        double[] p = Distributions.logProbabilities(new double[] {Math.log(1), Math.log(3), Double.NEGATIVE_INFINITY});
        double[] q = Distributions.logProbabilities(new double[] {0, 0, 0});
        assertThat(p).containsExactly(new double[] {Math.log(0.25), Math.log(0.75), Double.NEGATIVE_INFINITY}, within(1e-15));
        assertThat(Distributions.divergence(p, q)).isCloseTo(0.25 * Math.log(0.75) + 0.75 * Math.log(2.25), within(1e-15));
        assertThat(Distributions.entropy(p)).isCloseTo(-0.25 * Math.log(0.25) - 0.75 * Math.log(0.75), within(1e-15));
        assertThat(Distributions.rank(p, 0)).isEqualTo(1);
        assertThat(Distributions.largest(new double[] {1, 2, 2}, 2)).containsExactly(1, 2);
    }

    @Test
    void patternsAreThoseOfTheModelHeadByHead() {
        Specimens.with(Specimens.SMALL.with(N_KEY_VALUE_HEADS, 1), subject -> {
            AttentionPatterns patterns = AttentionPatterns.of(subject, CLEAN);
            assertThat(patterns.heads()).hasSize(6);
            for (AttentionPatterns.Head head : patterns.heads()) {
                for (int i = 0; i < CLEAN.length; i++) {
                    assertThat(Arrays.stream(head.pattern()[i]).sum()).isCloseTo(1, within(1e-12));
                    assertThat(Arrays.stream(head.pattern()[i], i + 1, CLEAN.length).sum()).as("attention to later tokens").isZero();
                }
            }
            assertThat(patterns.heads().get(4)).matches(head -> head.layer() == 1 && head.head() == 1);
        });
    }

    @Test
    void rolloutByHand() {
        double[][] first = {{1, 0}, {0.5, 0.5}};
        double[][] second = {{1, 0}, {1, 0}};
        AttentionPatterns patterns = new AttentionPatterns(List.of(new AttentionPatterns.Head(0, 0, first), new AttentionPatterns.Head(1, 0, second)));
        // half the identity, half the pattern: [1 0; ¼ ¾], then [1 0; ½ ½] times it
        assertThat(patterns.rollout()).isDeepEqualTo(new double[][] {{1, 0}, {0.625, 0.375}});
    }

    @Test
    void scoresOfHeadsThatDoOneThingAlone() {
        int length = 4;
        assertThat(scores(length, i -> i - 1)).isEqualTo(new HeadScores.Head(0, 0, 1, 0, 0));
        assertThat(scores(length, i -> i - length)).isEqualTo(new HeadScores.Head(0, 0, 0, 1, 0));
        assertThat(scores(length, i -> i - length + 1)).isEqualTo(new HeadScores.Head(0, 0, 0, 0, 1));
    }

    private static HeadScores.Head scores(int length, java.util.function.IntUnaryOperator key) {
        double[][] pattern = new double[2 * length][2 * length];
        IntStream.range(0, 2 * length).forEach(i -> pattern[i][Math.max(0, key.applyAsInt(i))] = 1);
        return HeadScores.of(new AttentionPatterns(List.of(new AttentionPatterns.Head(0, 0, pattern))), length).heads().getFirst();
    }

    @Test
    void repeatedTokensStayWithinTheVocabulary() {
        Specimens.with(Specimens.SMALL, subject -> assertThat(HeadScores.of(subject, 9, 8, 1).heads()).hasSize(6)
                .allSatisfy(head -> assertThat(head.previous() + head.duplicate() + head.induction()).isBetween(0.0, 1.0)));
    }

    @Test
    void singularValuesAreThoseOfTheProducts() {
        Specimens.with(Specimens.SMALL.with(N_KEY_VALUE_HEADS, 1), subject -> {
            Circuits.Head head = Circuits.of(subject).heads().get(5);
            assertThat(head).matches(one -> one.layer() == 1 && one.head() == 2);
            DMatrixRMaj q = CommonOps_DDRM.extract(matrix(subject, "blocks.1.attn.W_Q"), 0, 12, 8, 12);
            DMatrixRMaj k = matrix(subject, "blocks.1.attn.W_K");
            DMatrixRMaj v = matrix(subject, "blocks.1.attn.W_V");
            DMatrixRMaj o = CommonOps_DDRM.extract(matrix(subject, "blocks.1.attn.W_O"), 8, 12, 0, 12);
            assertThat(head.qk()).containsExactly(largest(CommonOps_DDRM.multTransB(q, k, null)), within(1e-12));
            assertThat(head.ov()).containsExactly(largest(CommonOps_DDRM.mult(v, o, null)), within(1e-12));
            assertThat(head.ovDirections()).isBetween(1.0, 4.0);
        });
    }

    private static DMatrixRMaj matrix(Inspected subject, String name) {
        Parameter parameter = subject.model().parameters().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
        return new DMatrixRMaj(parameter.shape().size(0), parameter.shape().size(1), true, subject.backend().download(parameter.value()).toDoubles());
    }

    /** The four largest: the product has rank 4. */
    private static double[] largest(DMatrixRMaj product) {
        double[] all = SingularOps_DDRM.singularValues(product);
        return Arrays.copyOf(all, 4);
    }

    @Test
    void directionsByHand() {
        assertThat(new Circuits.Head(0, 0, new double[] {2, 2, 2}, new double[] {5, 0, 0}).qkDirections()).isCloseTo(3, within(1e-12));
        assertThat(new Circuits.Head(0, 0, new double[] {2, 2, 2}, new double[] {5, 0, 0}).ovDirections()).isCloseTo(1, within(1e-12));
    }

    /** At the first position there is one key alone: the head's result itself is moved. */
    @Test
    void whatIsMovedFromTheFirstTokenToItselfIsTheHeadsResult() {
        Specimens.with(Specimens.SMALL.with(N_KEY_VALUE_HEADS, 1).with(BIAS, false), subject -> {
            ValueWeights weights = ValueWeights.of(subject, CLEAN);
            Recording run = Recording.of(subject, CLEAN, point -> point.name().endsWith("hook_z"));
            for (ValueWeights.Head head : weights.heads()) {
                double[] z = Arrays.copyOfRange(run.rowsAt("blocks." + head.layer() + ".attn.hook_z")[0], 4 * head.head(), 4 * head.head() + 4);
                DMatrixRMaj o = matrix(subject, "blocks." + head.layer() + ".attn.W_O");
                DMatrixRMaj moved = CommonOps_DDRM.mult(new DMatrixRMaj(1, 4, true, z), CommonOps_DDRM.extract(o, 4 * head.head(), 4 * head.head() + 4, 0, 12), null);
                assertThat(head.norms()[0][0]).isCloseTo(Math.sqrt(Arrays.stream(moved.data).map(x -> x * x).sum()), within(1e-12));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"pre", "post", "res_post"})
    void allComesBackThroughTheEndOfTheStreamAtTheLastPosition(String placement) {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, placement), subject -> {
            Patching patching = Patching.of(subject, Contrast.of(subject, CLEAN, CORRUPTED));
            List<Patching.Site> end = patching.stream().subList(patching.stream().size() - CLEAN.length, patching.stream().size());
            assertThat(end.getLast().recovered()).isCloseTo(1, within(1e-9));
            assertThat(end.subList(0, CLEAN.length - 1)).allSatisfy(site -> assertThat(site.recovered()).isCloseTo(0, within(1e-9)));
            assertThat(patching.stream()).hasSize(3 * CLEAN.length);
            assertThat(patching.heads()).hasSize(6);
        });
    }

    /** Without norms the end of the stream enters the logits linearly: the first order is all there is. */
    @Test
    void theEstimateIsExactWhereTheModelIsLinear() {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "none").with(FFN, false).with(ATTENTION, "uniform").with(FINAL_NORM, ModelSpec.FinalNorm.NEVER), subject -> {
            Patching patching = Patching.of(subject, Contrast.of(subject, CLEAN, CORRUPTED));
            assertThat(patching.stream()).allSatisfy(site -> assertThat(site.estimated()).isCloseTo(site.recovered(), within(1e-9)));
            assertThat(patching.stream().stream().limit(CLEAN.length).mapToDouble(Patching.Site::recovered).sum()).isCloseTo(1, within(1e-9));
        });
    }

    @Test
    void aContrastOfDifferentLengthsIsRefused() {
        assertThatThrownBy(() -> new Contrast(new int[3], new int[4], 0, 1)).hasMessageContaining("both need as many tokens, but there are 3 and 4");
    }

    /** Keys that are all zero let neither queries nor keys through; values still pass. */
    @Test
    void pathsAreToldApartByTheirInput() {
        Specimens.with(Specimens.SMALL.with(BIAS, false), subject -> {
            Contrast contrast = Contrast.of(subject, CLEAN, CORRUPTED);
            assertThat(effects(subject, contrast, PathPatching.Input.Q)).anySatisfy(lost -> assertThat(Math.abs(lost)).isGreaterThan(1e-6));
            Specimens.silence(subject, "blocks.1.attn.W_K");
            Contrast silenced = Contrast.of(subject, CLEAN, CORRUPTED);
            assertThat(effects(subject, silenced, PathPatching.Input.Q)).allSatisfy(lost -> assertThat(lost).isCloseTo(0, within(1e-12)));
            assertThat(effects(subject, silenced, PathPatching.Input.K)).allSatisfy(lost -> assertThat(lost).isCloseTo(0, within(1e-12)));
            assertThat(effects(subject, silenced, PathPatching.Input.V)).anySatisfy(lost -> assertThat(Math.abs(lost)).isGreaterThan(1e-6));
        });
    }

    private static List<Double> effects(Inspected subject, Contrast contrast, PathPatching.Input input) {
        return PathPatching.of(subject, contrast, "blocks.0.hook_attn_out", 1).effects().stream().filter(effect -> effect.input() == input).map(PathPatching.Effect::lost).toList();
    }
}
