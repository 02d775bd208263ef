package io.fluxo.proof;

import static io.fluxo.model.ModelSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.Residual;
import io.fluxo.block.Traits.ResidualUse;
import io.fluxo.model.ModelParts;
import io.fluxo.plugin.Catalog;
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
        return ModelParts.CATALOG.all(Placement.KIND).entrySet().stream().filter(entry -> entry.getValue().traits().residual() != ResidualUse.PLAIN)
                .map(Map.Entry::getKey);
    }

    @ParameterizedTest
    @MethodSource("asking")
    void whatSaysThatItTakesAnyResidualConnectionAsksForIt(String placement) {
        ModelSpec spec = ModelSpec.DEFAULT.with(PLACEMENT, placement).with(RESIDUAL, ResidualKind.SCALED).with(RESIDUAL_SCALE, 0.5);
        assertThat(ResidualCheck.violations(spec, ModelParts.CATALOG)).isEmpty();
    }

    @Test
    void aBlockThatPassesOverItsResidualConnectionIsFound() {
        Catalog catalog = ModelParts.CATALOG.plus(Placement.KIND, "deaf", DEAF);
        ModelSpec spec = ModelSpec.DEFAULT.with(PLACEMENT, "deaf").with(RESIDUAL, ResidualKind.NONE);
        assertThat(spec.violations(catalog)).isEmpty();
        assertThat(ResidualCheck.violations(spec, catalog)).singleElement().satisfies(violation -> {
            assertThat(violation.key()).isEqualTo("residual");
            assertThat(violation.message()).contains("residual none does nothing in placement deaf");
        });
        assertThat(ResidualCheck.violations(ModelSpec.DEFAULT.with(PLACEMENT, "deaf"), catalog)).isEmpty();
    }
}
