package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.ATTENTION;
import static io.fluxo.model.ModelSpec.MASK;
import static io.fluxo.model.ModelSpec.POSITIONS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.layer.attention.AttentionKind;
import io.fluxo.layer.attention.AttentionTraits;
import io.fluxo.layer.attention.MultiHeadAttention;
import io.fluxo.layer.attention.UniformAttention;
import io.fluxo.model.ModelParts;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.plugin.Catalog;
import io.fluxo.setting.Violation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionCheckTest {

    private static Catalog with(AttentionKind attention, AttentionTraits said) {
        return ModelParts.CATALOG.plus(AttentionKind.KIND, "odd", AttentionKind.of(attention, said));
    }

    private static List<Violation> violations(Catalog catalog, ModelSpec spec) {
        assertThat(spec.violations(catalog)).isEmpty();
        return AttentionCheck.violations(spec, catalog);
    }

    static Stream<String> builtIn() {
        return ModelParts.CATALOG.names(AttentionKind.KIND).stream();
    }

    @ParameterizedTest
    @MethodSource("builtIn")
    void theBuiltInKindsDoWhatTheySay(String name) {
        AttentionKind kind = ModelParts.CATALOG.find(AttentionKind.KIND, name).orElseThrow();
        AttentionTraits said = kind.traits();
        if (said.present()) {
            assertThat(AttentionProbe.of(kind)).isEqualTo(new AttentionProbe(said.mixes(), said.masked(), said.matches()));
        }
        for (MaskKind mask : MaskKind.values()) {
            assertThat(AttentionCheck.violations(ModelSpec.DEFAULT.with(ATTENTION, name).with(MASK, mask), ModelParts.CATALOG)).isEmpty();
        }
    }

    @Test
    void aKindThatMixesTokensAndSaysItDoesNotIsFound() {
        Catalog catalog = with(MultiHeadAttention::new, AttentionTraits.WITHOUT_MIXING);
        assertThat(violations(catalog, ModelSpec.DEFAULT.with(ATTENTION, "odd"))).singleElement().satisfies(violation -> {
            assertThat(violation.key()).isEqualTo("attention");
            assertThat(violation.message()).contains("attention odd says that no token sees another through it, and one does");
        });
    }

    @Test
    void aKindThatPassesOverTheMaskIsFoundWhereTheMaskIsSet() {
        AttentionKind alwaysCausal = (path, dims, design) -> new MultiHeadAttention(path, dims, new MultiHeadAttention.Design(io.fluxo.op.FusedOp.Mask.CAUSAL,
                design.qkvBias(), design.queryKeyInit(), design.valueInit(), design.outputInit(), design.positions(), design.qkNorm(), design.heads(), design.dropout()));
        Catalog catalog = with(alwaysCausal, AttentionTraits.OTHER);
        assertThat(violations(catalog, ModelSpec.DEFAULT.with(ATTENTION, "odd"))).isEmpty();
        assertThat(violations(catalog, ModelSpec.DEFAULT.with(ATTENTION, "odd").with(MASK, MaskKind.BIDIRECTIONAL))).containsExactly(
                new Violation("mask", "mask bidirectional does nothing in attention odd, which does not ask for the mask"));
    }

    @Test
    void aKindThatPassesOverPositionsIsFoundWhereTheyEnterThroughScores() {
        Catalog catalog = with(UniformAttention::new, AttentionTraits.OTHER);
        assertThat(violations(catalog, ModelSpec.DEFAULT.with(ATTENTION, "odd"))).isEmpty();
        assertThat(violations(catalog, ModelSpec.DEFAULT.with(ATTENTION, "odd").with(POSITIONS, "rope"))).containsExactly(
                new Violation("positions", "positions rope does nothing in attention odd, which does not ask how positions enter its scores"));
    }

    /** One that only adds what is to be added to the scores asks for positions all the same. */
    @Test
    void aKindThatAsksForABiasAloneAsksForPositions() {
        Catalog catalog = with((path, dims, design) -> {
            design.positions().addsBias();
            return new UniformAttention(path, dims, design);
        }, AttentionTraits.OTHER);
        assertThat(violations(catalog, ModelSpec.DEFAULT.with(ATTENTION, "odd").with(POSITIONS, "alibi"))).isEmpty();
    }

    @Test
    void aKindThatCannotBeBuiltIsNotFoundHere() {
        Catalog catalog = with((path, dims, design) -> {
            throw new IllegalStateException("not today");
        }, AttentionTraits.OTHER);
        assertThat(violations(catalog, ModelSpec.DEFAULT.with(ATTENTION, "odd").with(POSITIONS, "rope").with(MASK, MaskKind.BIDIRECTIONAL))).isEmpty();
    }
}
