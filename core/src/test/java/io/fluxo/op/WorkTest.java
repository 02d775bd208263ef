package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.op.FusedOp.Attention;
import io.fluxo.op.FusedOp.Linear;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.op.FusedOp.Relu;
import io.fluxo.op.FusedOp.Softmax;
import io.fluxo.op.PrimitiveOp.Add;
import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.op.UpdateOp.Accumulate;
import io.fluxo.shape.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operations are counted as on paper: a product of [m k] and [k n] takes 2·m·k·n. */
class WorkTest {

    @Test
    void aProductTakesTwoForEachOfItsMultiplyAdds() {
        assertThat(Work.of(new MatMul(false, false), Handle.f32(3, 4), Handle.f32(4, 5))).isEqualTo(2 * 3 * 4 * 5);
        assertThat(Work.of(new MatMul(false, true), Handle.f32(3, 4), Handle.f32(5, 4))).isEqualTo(2 * 3 * 4 * 5);
        assertThat(Work.of(new MatMul(true, false), Handle.f32(4, 3), Handle.f32(4, 5))).isEqualTo(2 * 3 * 4 * 5);
        assertThat(Work.of(new MatMul(false, false), Handle.f32(7, 3, 4), Handle.f32(7, 4, 5))).isEqualTo(7 * 2 * 3 * 4 * 5);
    }

    @Test
    void aLinearLayerTakesWhatItsProductTakesAndTwiceThatGoingBack() {
        Handle[] in = {Handle.f32(7, 3, 4), Handle.f32(4, 5), Handle.f32(5)};
        assertThat(Work.of(new Linear(true), in)).isEqualTo(2 * 7 * 3 * 4 * 5);
        assertThat(Work.ofBackward(new Linear(true), in)).isEqualTo(2 * 2 * 7 * 3 * 4 * 5);
    }

    /** Two sequences and four heads of 5, whose values are 6 wide. Behind a causal mask query i sees i + 1 keys more than the m − n before the first query. */
    @ParameterizedTest
    @CsvSource({"3, 7, BIDIRECTIONAL, 21", "3, 7, CAUSAL, 18", "3, 3, CAUSAL, 6", "1, 7, CAUSAL, 7"})
    void attentionTakesTwoProductsForEachPairOfQueryAndKey(int n, int m, Mask mask, int pairs) {
        Handle[] in = {Handle.f32(2, n, 4, 5), Handle.f32(2, m, 4, 5), Handle.f32(2, m, 4, 6)};
        Attention op = new Attention(mask, Scalar.ONE, false);
        long forward = 2L * 4 * pairs * (2 * 5 + 2 * 6);
        assertThat(Work.of(op, in)).isEqualTo(forward);
        assertThat(Work.ofBackward(op, in)).as("four products, and the scores once more").isEqualTo(forward * 5 / 2);
    }

    @Test
    void whatMemoryBoundsTakesNone() {
        assertThat(Work.of(new Add(), Handle.f32(3), Handle.f32(3))).isZero();
        assertThat(Work.of(new Softmax(), Handle.f32(3))).isZero();
        assertThat(Work.of(new Accumulate(), Handle.f32(3), Handle.f32(3))).isZero();
        assertThat(Work.ofBackward(new Relu(), Handle.f32(3))).isZero();
    }
}
