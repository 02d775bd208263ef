package io.fluxo.proof;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.block.Placement;
import io.fluxo.block.PreNormBlock;
import io.fluxo.block.SandwichBlock;
import io.fluxo.block.Traits;
import io.fluxo.model.ModelParts;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlockProbeTest {

    static Stream<String> names() {
        return ModelParts.CATALOG.all(Placement.KIND).keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void whatAPlacementSaysOfItsSumIsSeen(String name) {
        Placement placement = ModelParts.CATALOG.all(Placement.KIND).get(name);
        BlockProbe seen = BlockProbe.of(placement, ModelParts.CATALOG);
        // the parallel block adds x and both sub-layers' results at once: no departure of t2 = t1 + x, since it has no t2 of that kind
        boolean together = name.equals("parallel");
        assertThat(seen.plainSum()).isEqualTo(placement.traits().sum().isEmpty() && !together);
        assertThat(seen.showsResult()).isEqualTo(placement.traits().showsResult());
        assertThat(seen.joins()).isEqualTo(placement.traits().residual() == Traits.ResidualUse.PLAIN && !name.equals("resi_dual") ? 0 : together ? 1 : name.equals("resi_dual") ? 4 : 2);
        assertThat(BlockProbe.corrected(placement, ModelParts.CATALOG)).isEqualTo(placement.traits());
    }

    @Test
    void aDepartureThatABlockDoesNotMakeIsNotBelieved() {
        Placement wrong = Placement.of(PreNormBlock::new, true, PreNormBlock.TRAITS.departingFromTheSum("what attention returns is halved"));
        assertThat(BlockProbe.corrected(wrong, ModelParts.CATALOG)).isEqualTo(PreNormBlock.TRAITS);
        Placement right = Placement.of(SandwichBlock::new, true, SandwichBlock.TRAITS);
        assertThat(BlockProbe.corrected(right, ModelParts.CATALOG)).isEqualTo(SandwichBlock.TRAITS);
    }

    @Test
    void ofABlockThatCannotRunNothingIsSeen() {
        Traits said = Traits.ORDINARY.departingFromTheSum("nobody knows");
        Placement broken = Placement.of(parts -> null, true, said);
        assertThat(BlockProbe.corrected(broken, ModelParts.CATALOG)).isEqualTo(said);
    }
}
