package io.fluxo.experiments.inspect.instrument;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.block.Branch;
import io.fluxo.experiments.inspect.Recording;
import io.fluxo.experiments.inspect.Specimens;
import io.fluxo.inspect.MeaninglessInstrumentException;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.tensor.DType;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecompositionTest {

    private static final int[] IDS = Specimens.ids(6, 1);

    private static final List<String> PLACEMENTS = List.of("pre", "post", "sandwich", "peri_ln", "res_post", "deep_norm", "resi_dual", "mix_ln", "ln_scaling", "parallel", "norm_former", "hybrid_norm",
            "rezero", "none", "deep_delta", "siamese", "hyper_connections", "mhc", "attn_res");

    /** Whose streams end in a sum that no point shows. */
    private static final Set<String> JOINED = Set.of("resi_dual", "siamese", "hyper_connections", "mhc", "attn_res");

    private record Case(String placement, String norm, DType dtype) {

        ModelSpec spec() {
            return Specimens.SMALL.with(N_LAYERS, 4).with(PLACEMENT, placement).with(NORM, norm);
        }
    }

    static Stream<Case> cases() {
        return PLACEMENTS.stream().flatMap(placement -> Stream.of("layer_norm", "rms_norm", "batch_norm").flatMap(norm ->
                Stream.of(DType.F32, DType.F64).map(dtype -> new Case(placement, norm, dtype))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theTermsMakeTheStream(Case one) {
        Specimens.with(one.spec(), one.dtype, subject -> {
            Specimens.stir(subject);
            Decomposition made = Decomposition.of(subject, IDS);
            double[][] stream = Recording.of(subject, IDS, point -> point.name().equals(subject.model().streamPoints().getLast())).rowsAt(subject.model().streamPoints().getLast());
            double[][] sum = made.terms().stream().map(Decomposition.Term::values).reduce(Vectors::sum).orElseThrow();
            if (!JOINED.contains(one.placement)) {
                assertThat(made.stream()).isDeepEqualTo(stream);
            }
            double allowed = one.dtype == DType.F64 ? 1e-10 : 1e-5;
            assertThat(Exactness.difference(sum, made.stream())).isEqualTo(made.residual()).isLessThan(allowed);
            assertThat(made.terms()).extracting(Decomposition.Term::origin).contains(new Origin.Input("hook_embed"), new Origin.Input("hook_pos_embed"),
                    new Origin.SubLayer(3, Branch.Kind.NETWORK));
        });
    }

    /** What the model's own final norm and unembedding make of the sum of terms are its logits. */
    @Test
    void bothStreamsArriveInTheEnd() {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "resi_dual"), subject -> {
            Specimens.stir(subject);
            Decomposition made = Decomposition.of(subject, IDS);
            double[][] logits = Recording.of(subject, IDS, _ -> false).logits();
            double[] unembedding = subject.backend().download(subject.model().parameters().getFirst().value()).toDoubles();     // [d_model d_vocab]
            for (int token = 0; token < 9; token++) {
                double logit = 0;
                for (Decomposition.Term term : made.terms()) {
                    for (int c = 0; c < 12; c++) {
                        logit += term.values()[5][c] * unembedding[c * 9 + token];
                    }
                }
                assertThat(logit).isCloseTo(logits[5][token], within(1e-10));
            }
        });
    }

    /** One layer, one feature pair: LN((x + a)) with known numbers, carried by hand. */
    @Test
    void aNormIsCarriedThroughByHand() {
        double[] v = {1, 3};                                    // mean 2, σ 1
        FrozenNorm norm = new FrozenNorm("ln", true, new double[] {1}, new double[] {2, 5}, new double[] {0.5, -1});
        assertThat(norm.carry(0, v)).containsExactly(-2, 5);
        assertThat(norm.carry(0, new double[] {1, 0})).containsExactly(1, -2.5);
        assertThat(norm.pullBack(0, new double[] {1, 0})).containsExactly(1, -1);
        assertThat(norm.pullBack(0, new double[] {0, 1})).containsExactly(-2.5, 2.5);
        assertThat(Vectors.normalised(norm, new double[][] {v})[0]).containsExactly(-1.5, 4);
    }

    @Test
    void termsOfAPreNormStreamAreTheContributionsThemselves() {
        Specimens.with(Specimens.SMALL, subject -> {
            Recording run = Recording.of(subject, IDS, _ -> true);
            Decomposition made = Decomposition.of(subject, IDS);
            assertThat(made.terms()).hasSize(6);
            assertThat(made.terms().get(3).values()).isDeepEqualTo(run.rowsAt("blocks.0.hook_mlp_out"));
        });
    }

    @ParameterizedTest
    @MethodSource("withoutSomething")
    void whatAModelLeavesOutIsNoTerm(ModelSpec spec) {
        Specimens.with(spec, subject -> {
            Specimens.stir(subject);
            assertThat(Decomposition.of(subject, IDS).residual()).isLessThan(1e-10);
        });
    }

    static Stream<ModelSpec> withoutSomething() {
        return Stream.of("pre", "post", "deep_norm", "resi_dual", "sandwich", "deep_delta", "siamese", "hyper_connections", "mhc", "attn_res").flatMap(placement -> Stream.of(
                Specimens.SMALL.with(FFN, false), Specimens.SMALL.with(ATTENTION, Choice.of("none")), Specimens.SMALL.with(NORM, "none"), Specimens.SMALL.with(POSITIONS, "none"),
                Specimens.SMALL.with(EMBED_NORM, true).with(N_TOKEN_TYPES, 2)).map(spec -> spec.with(PLACEMENT, placement)));
    }

    @Test
    void aWeighedResidualConnectionIsPartOfTheContribution() {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "post").with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, 0.3), subject ->
                assertThat(Decomposition.of(subject, IDS).residual()).isLessThan(1e-10));
    }

    @Test
    void aNormThatIsNotAffineIsRefusedByName() {
        Specimens.with(Specimens.SMALL.with(PLACEMENT, "post").with(NORM, "dynamic_tanh"), subject -> assertThatThrownBy(() -> Decomposition.of(subject, IDS))
                .isInstanceOf(MeaninglessInstrumentException.class).hasMessageContaining("blocks.0.ln1 (DynamicTanh) is not affine, even with its σ held"));
        Specimens.with(Specimens.SMALL.with(NORM, "dynamic_tanh"), subject -> assertThat(Decomposition.of(subject, IDS).residual()).isLessThan(1e-10));
    }
}
