package io.fluxo.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.Residual;
import io.fluxo.block.Traits.ResidualUse;
import io.fluxo.model.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.model.ModelSpec.ResidualKind;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResidualCheckTest {

    /** Takes no notice of the residual connection it is given, and does not say so. */
    private static final Placement DEAF = Placement.of(parts ->
            new PreNormBlock(new Placement.Parts(parts.path(), parts.depth(), parts.attention(), parts.mlp(), parts.norm(), Residual.IDENTITY)), true);

    static Stream<String> asking() {
        return Catalog.STANDARD.placements().entrySet().stream().filter(entry -> entry.getValue().traits().residual() != ResidualUse.PLAIN)
                .map(Map.Entry::getKey);
    }

    @ParameterizedTest
    @MethodSource("asking")
    void whatSaysThatItTakesAnyResidualConnectionAsksForIt(String placement) {
        ModelSpec spec = ModelSpec.builder().placement(placement).residual(ResidualKind.SCALED).residualScale(0.5).build();
        assertThat(ResidualCheck.violations(spec, Catalog.STANDARD)).isEmpty();
    }

    @Test
    void aBlockThatPassesOverItsResidualConnectionIsFound() {
        Catalog catalog = Catalog.STANDARD.plus(Map.of("deaf", DEAF), Map.of());
        ModelSpec spec = ModelSpec.builder().placement("deaf").residual(ResidualKind.NONE).build();
        assertThat(spec.violations(catalog)).isEmpty();
        assertThat(ResidualCheck.violations(spec, catalog)).singleElement().satisfies(violation -> {
            assertThat(violation.key()).isEqualTo("residual");
            assertThat(violation.message()).contains("residual none does nothing in placement deaf");
        });
        assertThat(ResidualCheck.violations(ModelSpec.builder().placement("deaf").build(), catalog)).isEmpty();
    }
}
