package io.fluxo.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.block.Factor;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Two tokens, two features, up to three streams side by side; all numbers by hand. */
class FrozenFactorTest {

    private static final Function<String, double[]> NOTHING = point -> {
        throw new AssertionError("asked for " + point);
    };

    @Test
    void aFixedNumberKeepsStreamsApart() {
        FrozenFactor twice = FrozenFactor.ofStream(new Factor.Fixed(2), 2, 2, NOTHING);
        assertThat(twice.applied(0, new double[] {1, 2, 3, 4})).containsExactly(2, 4, 6, 8);
        assertThat(twice.isOne()).isFalse();
        assertThat(FrozenFactor.ofStream(Factor.ONE, 2, 2, NOTHING).isOne()).isTrue();
        assertThat(FrozenFactor.ofStream(Factor.ONE, 3, 2, NOTHING).isOne()).isFalse();
        assertThat(FrozenFactor.ofStream(Factor.ONE, 3, 2, NOTHING).applied(1, new double[] {1, 2, 3, 4})).as("a new one begins at 0").containsExactly(1, 2, 3, 4, 0, 0);
    }

    @Test
    void aContributionIsTakenByAllOrByTheLast() {
        assertThat(FrozenFactor.ofContribution(new Factor.Fixed(0.5), 3, NOTHING).applied(0, new double[] {2, 4})).containsExactly(1, 2, 1, 2, 1, 2);
        assertThat(FrozenFactor.ofContribution(new Factor.Last(), 3, NOTHING).applied(0, new double[] {2, 4})).containsExactly(0, 0, 0, 0, 2, 4);
        assertThat(FrozenFactor.ofContribution(new Factor.Last(), 3, NOTHING).pulledBack(0, new double[] {1, 2, 3, 4, 5, 6})).containsExactly(5, 6);
    }

    @Test
    void whatIsShownIsAMatrixForEachToken() {
        FrozenFactor shown = FrozenFactor.ofStream(new Factor.Shown("mix"), 2, 2, _ -> new double[] {1, 2, 3, 4, 0, 1, 1, 0});      // row: to, column: from
        assertThat(shown.applied(0, new double[] {1, 10, 100, 1000})).containsExactly(201, 2010, 403, 4030);
        assertThat(shown.applied(1, new double[] {1, 10, 100, 1000})).as("exchanged").containsExactly(100, 1000, 1, 10);
        assertThat(shown.pulledBack(0, new double[] {1, 10, 100, 1000})).as("transposed").containsExactly(301, 3010, 402, 4020);
        assertThat(FrozenFactor.ofContribution(new Factor.Shown("post"), 2, _ -> new double[] {1, 2, 3, 4}).applied(1, new double[] {1, 10})).containsExactly(3, 30, 4, 40);
        assertThat(FrozenFactor.ofStream(new Factor.Shown("mix"), 1, 1, _ -> new double[] {1, 1}).isOne()).as("known for one run only").isFalse();
    }

    @Test
    void streamsBecomeOneAtTheEnd() {
        assertThat(FrozenFactor.ofEnd(Factor.ONE, 2, NOTHING).applied(0, new double[] {1, 2, 3, 4})).containsExactly(4, 6);
        assertThat(FrozenFactor.ofEnd(new Factor.Last(), 2, NOTHING).applied(0, new double[] {1, 2, 3, 4})).containsExactly(3, 4);
        assertThat(FrozenFactor.ofEnd(new Factor.Shown("pattern"), 2, _ -> new double[] {0, 1, 1, 10}).applied(1, new double[] {1, 2, 3, 4})).containsExactly(31, 42);
    }

    @Test
    void whatCannotBeAFactorIsRefused() {
        assertThatThrownBy(() -> FrozenFactor.ofStream(new Factor.Last(), 2, 1, NOTHING)).hasMessage("a stream is carried, and cannot join the last of those side by side");
        assertThatThrownBy(() -> FrozenFactor.ofStream(new Factor.Shown("mix"), 2, 2, _ -> new double[6]))
                .hasMessage("a factor on 2 streams side by side, of which 2 take, is shown as 6 numbers");
    }
}
