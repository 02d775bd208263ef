package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.norm.BatchNorm;
import io.fluxo.layer.norm.NormFactory;
import io.fluxo.layer.position.Rope;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.BiasKind;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec.QkNormWidth;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.ModelSpec.RopeLayout;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.setting.PerLayer;
import io.fluxo.setting.PerLayer.Range;
import io.fluxo.shape.Dim;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Theorem 1, causality and Theorem 2.1 of everything that a specification may name. */
class EveryKindTest {

    private static final int TOKENS = 4;

    static Stream<ModelSpec> kinds() {
        Stream<ModelSpec> placements = ModelParts.CATALOG.all(Placement.KIND).keySet().stream().flatMap(placement -> Stream.of(
                small().with(PLACEMENT, placement),
                small().with(PLACEMENT, placement).with(NORM, "rms_norm").with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2).with(POSITIONS, "rope").with(QK_NORM, !placement.equals("hybrid_norm")).with(ACT_FN, "swiglu"),
                small().with(PLACEMENT, placement).with(NORM, "dynamic_tanh").with(POSITIONS, "alibi").with(MASK, MaskKind.BIDIRECTIONAL).with(ACT_FN, "geglu")));
        Stream<ModelSpec> norms = ModelParts.CATALOG.all(NormFactory.KIND).keySet().stream().flatMap(norm -> Stream.of("post", "pre", "sandwich").map(placement ->
                small().with(PLACEMENT, placement).with(NORM, norm)));
        Stream<ModelSpec> attention = ModelParts.CATALOG.names(AttentionKind.KIND).stream().flatMap(kind -> Stream.of("post", "pre", "resi_dual", "deep_norm").map(placement ->
                small().with(PLACEMENT, placement).with(ATTENTION, kind).with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2)));
        Stream<ModelSpec> rest = Stream.of(
                small().with(POSITIONS, "rope").with(ROPE_LAYOUT, RopeLayout.INTERLEAVED),
                small().with(POSITIONS, "sinusoidal").with(ACT_FN, "silu"),
                small().with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, 0.5),
                small().with(RESIDUAL, ResidualKind.NONE),
                // as checkpoints of other programs have it
                small().with(PLACEMENT, "post").with(EMBED_NORM, true).with(N_TOKEN_TYPES, 2).with(MLM_HEAD, true).with(HEAD_BIAS, true).with(TIED_HEAD, true)
                        .with(ACT_FN, "gelu").with(MASK, MaskKind.BIDIRECTIONAL),
                small().with(PLACEMENT, "res_post").with(QK_NORM, true).with(QK_NORM_WIDTH, QkNormWidth.ALL).with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2)
                        .with(POSITIONS, "rope").with(BIAS, false).with(QKV_BIAS, BiasKind.ALWAYS).with(ACT_FN, "reglu"),
                small().with(PLACEMENT, "sandwich").with(ATTN_SCALE, 3.0).with(ATTN_SCORES_SOFT_CAP, 2.0).with(OUTPUT_LOGITS_SOFT_CAP, 3.0).with(EMBED_SCALE, 2.0)
                        .with(POSITIONS, "alibi").with(ACT_FN, "geglu_tanh").with(HEAD_BIAS, true),
                scaled(rope -> rope.with(Rope.SCALING, Rope.Kind.LINEAR).with(Rope.FACTOR, 2.0)),
                scaled(rope -> rope.with(Rope.SCALING, Rope.Kind.LLAMA3).with(Rope.FACTOR, 8.0).with(Rope.ORIGINAL_N_CTX, 4)),
                scaled(rope -> rope.with(Rope.SCALING, Rope.Kind.YARN).with(Rope.FACTOR, 4.0).with(Rope.ORIGINAL_N_CTX, 4)),
                small().with(FFN, false), small().with(PLACEMENT, "post").with(FFN, false), small().with(PLACEMENT, "resi_dual").with(FFN, false),
                small().with(PLACEMENT, layered(Choice.of("pre"), Choice.of("post"))).with(NORM, layered(Choice.of("layer_norm"), Choice.of("rms_norm")))
                        .with(N_HEADS, layered(2, 3)).with(D_HEAD, layered(2, 4)).with(D_MLP, layered(6, 7)).with(FFN, layered(true, false)));
        return Stream.of(placements, norms, attention, rest).flatMap(all -> all);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void attentionAloneMixesTokensAndAsFarAsTheMaskPermits(ModelSpec spec) {
        TokenTheorem theorem = TokenTheorem.of(spec, ModelParts.CATALOG, TOKENS);
        assertThat(theorem.failure()).isEmpty();
        boolean mixes = spec.layers().stream().anyMatch(layer -> layer.attention(ModelParts.CATALOG).mixes());
        Dependence output = TokenFlow.of(spec, ModelParts.CATALOG, TOKENS).output();
        assertThat(output.isFull(TokenTheorem.permitted(spec.get(MASK).standard()))).as("nothing that is permitted was proved absent").isEqualTo(mixes);
        assertThat(output.isCausal()).isEqualTo(!mixes || spec.get(MASK).standard() == MaskKind.CAUSAL);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyPartPreservesTheWidthAtAllSizes(ModelSpec spec) {
        DimensionProof proof = DimensionProof.of(spec, ModelParts.CATALOG);
        assertThat(proof.failure()).isEmpty();
        assertThat(proof.points()).isNotEmpty();
    }

    @Test
    void sharedHeadsAndTurnedPairsKeepTheirRelationsOnSymbols() {
        ModelSpec spec = small().with(N_HEADS, 4).with(N_KEY_VALUE_HEADS, 2).with(POSITIONS, "rope");
        assertThat(DimensionProof.of(spec, ModelParts.CATALOG).derivation()).anySatisfy(line -> assertThat(line).contains("groups·n_key_value_heads"))
                .anySatisfy(line -> assertThat(line).contains("2·m"));
    }

    @Test
    void batchNormMixesTokensInTrainingAlone() {
        BatchNorm norm = new BatchNorm("ln1", Dim.of(4), true, 1e-5);
        assertThat(TokenFlow.of(norm, Dim.of(4), TOKENS).prove(TokenClaim.TOKEN_DIAGONAL).proved()).isTrue();
        TokenProof training = TokenFlow.of(norm.inTraining(), Dim.of(4), TOKENS).prove(TokenClaim.CAUSAL);
        assertThat(training.failure()).hasValueSatisfying(reason -> assertThat(reason).contains("depends on"));
    }

    private static ModelSpec scaled(UnaryOperator<Choice> scaling) {
        return small().withAll(Map.of("positions", scaling.apply(Choice.of("rope"))));
    }

    private static ModelSpec small() {
        return ModelSpec.DEFAULT.with(N_LAYERS, 4).with(D_MODEL, 4).with(N_HEADS, 2).with(D_HEAD, 2).with(D_MLP, 6).with(N_CTX, 6).with(D_VOCAB, 3).with(NORM_AFFINE, true);
    }

    private static <T> PerLayer<T> layered(T standard, T other) {
        SequencedMap<Range, T> exceptions = new LinkedHashMap<>();
        exceptions.put(Range.parse("1").orElseThrow(), other);
        return new PerLayer<>(standard, exceptions);
    }
}
