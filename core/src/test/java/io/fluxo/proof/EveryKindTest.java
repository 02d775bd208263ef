package io.fluxo.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.layer.BatchNorm;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ActFn;
import io.fluxo.model.ModelSpec.AttentionKind;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.model.ModelSpec.PositionKind;
import io.fluxo.model.ModelSpec.ResidualKind;
import io.fluxo.model.ModelSpec.RopeLayout;
import io.fluxo.model.ModelSpecBuilder;
import io.fluxo.model.PerLayer;
import io.fluxo.model.PerLayer.Range;
import io.fluxo.shape.Dim;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Theorem 1, causality and Theorem 2.1 of everything that a specification may name. */
class EveryKindTest {

    private static final int TOKENS = 4;

    static Stream<ModelSpec> kinds() {
        Stream<ModelSpec> placements = Catalog.STANDARD.placements().keySet().stream().flatMap(placement -> Stream.of(
                small().placement(placement).build(),
                small().placement(placement).norm("rms_norm").nHeads(4).nKeyValueHeads(2).positions(PositionKind.ROPE).qkNorm(true).actFn(ActFn.SWIGLU).build(),
                small().placement(placement).norm("dynamic_tanh").positions(PositionKind.ALIBI).mask(MaskKind.BIDIRECTIONAL).actFn(ActFn.GEGLU).build()));
        Stream<ModelSpec> norms = Catalog.STANDARD.norms().keySet().stream().flatMap(norm -> Stream.of("post", "pre", "sandwich").map(placement ->
                small().placement(placement).norm(norm).build()));
        Stream<ModelSpec> attention = Stream.of(AttentionKind.values()).flatMap(kind -> Stream.of("post", "pre", "resi_dual", "deep_norm").map(placement ->
                small().placement(placement).attention(kind).nHeads(4).nKeyValueHeads(2).build()));
        Stream<ModelSpec> rest = Stream.of(
                small().positions(PositionKind.ROPE).ropeLayout(RopeLayout.INTERLEAVED).build(),
                small().positions(PositionKind.SINUSOIDAL).actFn(ActFn.SILU).build(),
                small().residual(ResidualKind.SCALED).residualScale(0.5).build(),
                small().residual(ResidualKind.NONE).build(),
                small().ffn(false).build(), small().placement("post").ffn(false).build(), small().placement("resi_dual").ffn(false).build(),
                small().placement(layered("pre", "post")).norm(layered("layer_norm", "rms_norm")).nHeads(layered(2, 3)).dHead(layered(2, 4))
                        .dMlp(layered(6, 7)).ffn(layered(true, false)).build());
        return Stream.of(placements, norms, attention, rest).flatMap(all -> all);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void attentionAloneMixesTokensAndAsFarAsTheMaskPermits(ModelSpec spec) {
        TokenTheorem theorem = TokenTheorem.of(spec, Catalog.STANDARD, TOKENS);
        assertThat(theorem.failure()).isEmpty();
        boolean mixes = spec.layers().stream().anyMatch(layer -> layer.attention() == AttentionKind.SOFTMAX || layer.attention() == AttentionKind.UNIFORM);
        Dependence output = TokenFlow.of(spec, Catalog.STANDARD, TOKENS).output();
        assertThat(output.isFull(TokenTheorem.permitted(spec.mask().standard()))).as("nothing that is permitted was proved absent").isEqualTo(mixes);
        assertThat(output.isCausal()).isEqualTo(!mixes || spec.mask().standard() == MaskKind.CAUSAL);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyPartPreservesTheWidthAtAllSizes(ModelSpec spec) {
        DimensionProof proof = DimensionProof.of(spec, Catalog.STANDARD);
        assertThat(proof.failure()).isEmpty();
        assertThat(proof.points()).isNotEmpty();
    }

    @Test
    void sharedHeadsAndTurnedPairsKeepTheirRelationsOnSymbols() {
        ModelSpec spec = small().nHeads(4).nKeyValueHeads(2).positions(PositionKind.ROPE).build();
        assertThat(DimensionProof.of(spec, Catalog.STANDARD).derivation()).anySatisfy(line -> assertThat(line).contains("groups·n_key_value_heads"))
                .anySatisfy(line -> assertThat(line).contains("2·m"));
    }

    @Test
    void batchNormMixesTokensInTrainingAlone() {
        BatchNorm norm = new BatchNorm("ln1", Dim.of(4), true, 1e-5);
        assertThat(TokenFlow.of(norm, Dim.of(4), TOKENS).prove(TokenClaim.TOKEN_DIAGONAL).proved()).isTrue();
        TokenProof training = TokenFlow.of(norm.inTraining(), Dim.of(4), TOKENS).prove(TokenClaim.CAUSAL);
        assertThat(training.failure()).hasValueSatisfying(reason -> assertThat(reason).contains("depends on"));
    }

    private static ModelSpecBuilder small() {
        return ModelSpec.builder().nLayers(4).dModel(4).nHeads(2).dHead(2).dMlp(6).nCtx(6).dVocab(3).normAffine(true);
    }

    private static <T> PerLayer<T> layered(T standard, T other) {
        SequencedMap<Range, T> exceptions = new LinkedHashMap<>();
        exceptions.put(Range.parse("1").orElseThrow(), other);
        return new PerLayer<>(standard, exceptions);
    }
}
