package io.fluxo.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.op.UpdateOp.ClipFactor;
import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What gradients are multiplied by, from their sums of squares. */
class ClipFactorTest {

    @Test
    void aNormAtTheLimitIsLeftAlone() {
        assertThat(new ClipFactor(5).factor(new double[] {9, 16})).isEqualTo(1);
        assertThat(new ClipFactor(4).factor(new double[] {9, 16})).isEqualTo(0.8);
        assertThat(new ClipFactor(5).factor(new double[0])).isEqualTo(1);
        assertThat(new ClipFactor(0).factor(new double[] {0, 0})).isEqualTo(1);
    }

    @Test
    void itIsOfAllGradientsTogether() {
        List<HostArray> gradients = List.of(HostArray.of(Shape.of(2), 1, 2), HostArray.of(Shape.of(1), 2.0));
        assertThat(new ClipFactor(1.5).factor(gradients)).isEqualTo(0.5);
    }

    /** A million gradients of 10⁻¹⁶, each of which is lost when it is added to 1. */
    @Test
    void manySmallGradientsBesideALargeOneCount() {
        double[] squares = new double[1_000_001];
        Arrays.fill(squares, 1e-16);
        squares[0] = 1;
        assertThat(new ClipFactor(0.5).factor(squares)).isCloseTo(0.5 / Math.sqrt(1 + 1e-10), within(1e-15));
    }

    @Test
    void anInfiniteNormLeavesNothingAndOneThatIsNoNumberGivesNone() {
        assertThat(new ClipFactor(1).factor(new double[] {Double.POSITIVE_INFINITY, 1})).isZero();
        assertThat(new ClipFactor(1).factor(new double[] {1e308, 1e308, 1})).as("beyond the largest number").isZero();
        assertThat(new ClipFactor(1).factor(new double[] {Double.NaN, 1})).isNaN();
    }
}
