package io.fluxo.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.block.Block;
import io.fluxo.block.Placement;
import io.fluxo.block.PostNormBlock;
import io.fluxo.layer.Parameter;
import io.fluxo.model.ModelSpec.MaskKind;
import io.fluxo.random.RandomKey;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BlockDomainTest {

    private static final BlockDomain ALL = BlockDomain.of(DType.F64);

    private static List<BlockCase> cases(BlockDomain domain) {
        return LongStream.range(0, 500).mapToObj(seed -> domain.draw(RandomKey.of(seed)).value()).toList();
    }

    @Test
    void itHasWhatClaimsTripOver() {
        List<BlockCase> cases = cases(ALL);
        for (InputKind kind : InputKind.values()) {
            assertThat(cases).anyMatch(drawn -> drawn.input() == kind);
        }
        assertThat(cases).anyMatch(drawn -> drawn.inputScale() == 1e-30).anyMatch(drawn -> drawn.inputScale() == 1e30)
                .anyMatch(drawn -> drawn.nHeads() == 1).anyMatch(drawn -> drawn.nHeads() == 4)
                .anyMatch(drawn -> drawn.pos() == 1).anyMatch(drawn -> drawn.pos() == 17)
                .anyMatch(drawn -> drawn.nHeads() * drawn.dV() != drawn.dModel()).anyMatch(drawn -> drawn.dV() != drawn.dHead())
                .anyMatch(drawn -> drawn.weightScale() == 0);
        assertThat(cases(BlockDomain.of(DType.F32))).allMatch(drawn -> drawn.inputScale() <= 1e18);
    }

    @Test
    void restrictionsAreKept() {
        BlockDomain narrow = ALL.pos(2, 5).width(3, 4).masks(MaskKind.CAUSAL).inputs(InputKind.REPEATED).eps(0).heads(2, 2);
        assertThat(cases(narrow)).allMatch(drawn -> drawn.pos() >= 2 && drawn.pos() <= 5 && drawn.dModel() >= 3 && drawn.dMlp() <= 4
                && drawn.mask() == MaskKind.CAUSAL && drawn.input() == InputKind.REPEATED && drawn.eps() == 0 && drawn.nHeads() == 2);
        assertThat(cases(ALL)).as("the domain it came from").anyMatch(drawn -> drawn.pos() == 1);
        assertThatThrownBy(ALL::inputs).hasMessage("a domain without any choice has no cases");
        assertThatThrownBy(() -> ALL.pos(1, 3).minPos(4)).hasMessage("a domain with sizes from 4 to 3 has no cases");
    }

    @Test
    void inputsAreOfTheirKind() {
        BlockDomain domain = ALL.batch(2, 2).pos(3, 3).width(4, 4);
        double[] repeated = domain.inputs(InputKind.REPEATED).simplest().xs(DType.F64).toDoubles();
        assertThat(Arrays.copyOfRange(repeated, 0, 4)).isEqualTo(Arrays.copyOfRange(repeated, 8, 12))
                .isNotEqualTo(Arrays.copyOfRange(repeated, 12, 16));
        double[] constant = domain.inputs(InputKind.CONSTANT).simplest().xs(DType.F64).toDoubles();
        assertThat(Arrays.copyOfRange(constant, 0, 4)).containsOnly(constant[0]);
        assertThat(constant[4]).isNotEqualTo(constant[0]);
        double[] offset = domain.inputs(InputKind.OFFSET).inputScales(1e18).simplest().xs(DType.F64).toDoubles();
        assertThat(DoubleStream.of(offset)).allMatch(x -> x > 9e19 && x < 11e19);
        assertThat(domain.inputs(InputKind.ZERO).simplest().xs(DType.F32).toDoubles()).containsOnly(0);
    }

    @Test
    void anotherTokenLeavesTheOthers() {
        BlockCase drawn = ALL.batch(2, 2).pos(3, 3).width(2, 2).simplest();
        HostArray xs = drawn.xs(DType.F64);
        double[] before = xs.toDoubles().clone();
        double[] after = drawn.withAnotherToken(xs, 1).toDoubles();
        assertThat(xs.toDoubles()).isEqualTo(before);
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i] != before[i]).as("element %d", i).isEqualTo(i / 2 % 3 == 1);
        }
    }

    @Test
    void aCaseBuildsItsBlock() {
        for (BlockCase drawn : cases(ALL).subList(0, 100)) {
            Block block = drawn.block(Placement.of(PostNormBlock::new, false));
            for (Parameter parameter : block.parameters()) {
                double[] values = drawn.values(parameter, DType.F64).toDoubles();
                assertThat(values).hasSize(parameter.shape().elements()).isEqualTo(drawn.values(parameter, DType.F64).toDoubles());
                assertThat(DoubleStream.of(values).allMatch(value -> value != 0)).isEqualTo(drawn.weightScale() != 0);
            }
        }
    }
}
