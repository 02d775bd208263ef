package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class EquivalenceTest {

    private static final List<Double> SMALL = List.of(0.01, -0.005, 0.012, 0.004, -0.002);

    /** The larger of {@code stats.t.sf((mean + margin)/error, n - 1)} and {@code stats.t.cdf((mean - margin)/error, n - 1)}, SciPy 1.17. */
    @Test
    void theLargerOfTwoOneSidedTests() {
        assertThat(Equivalence.p(SMALL, 0.02)).isCloseTo(0.00396356, within(1e-8));
        assertThat(Equivalence.p(SMALL, 0.01)).isCloseTo(0.06640111, within(1e-8));
        assertThat(Equivalence.p(SMALL.stream().map(value -> -value).toList(), 0.02)).as("of either sign").isCloseTo(0.00396356, within(1e-8));
        assertThat(Equivalence.p(List.of(-0.03, -0.025, -0.02), 0.02)).isCloseTo(0.88729833, within(1e-8));
    }

    @Test
    void valuesThatDoNotScatterAreWithinTheMarginOrNot() {
        assertThat(Equivalence.p(List.of(0.01, 0.01), 0.02)).isZero();
        assertThat(Equivalence.p(List.of(-0.02, -0.02), 0.02)).as("as large as the margin is not below it").isOne();
        assertThat(Equivalence.p(List.of(0.01), 0.02)).isNaN();
    }
}
