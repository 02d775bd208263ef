package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Expected values are of SciPy 1.17: {@code stats.nct.cdf(t, f, shift)} for the distribution; for power, the χ² density times the difference of two normal distribution functions under
 * {@code integrate.quad}, solved for 0.8 by {@code optimize.brentq}.
 */
class PairedPowerTest {

    @ParameterizedTest
    @CsvSource({"2.0, 2, 1.0, 0.7066620495", "4.302653, 2, 3.0, 0.6126106840", "2.262157, 9, 2.5, 0.3938731659", "-1.5, 4, 0.5, 0.0433735627",
            "12.7062, 1, 10.0, 0.4326932631", "1.984217, 99, 2.0, 0.4917758179", "0.0, 4, 1.0, 0.1586552539"})
    void theNoncentralDistribution(double t, double degrees, double shift, double expected) {
        assertThat(PairedPower.noncentral(t, degrees, shift)).isCloseTo(expected, within(1e-8));
    }

    @ParameterizedTest
    @CsvSource({"2, 11.549888", "3, 3.264044", "5, 1.681997", "10, 0.996001", "30, 0.529236"})
    void theSmallestDifferenceThatPairsShowFourTimesInFive(int pairs, double expected) {
        assertThat(PairedPower.detectable(pairs)).isCloseTo(expected, within(2e-6));
        assertThat(PairedPower.power(-expected, pairs, 0.05)).as("either sign").isCloseTo(0.8, within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"3.0, 4", "1.0, 10", "-1.0, 10", "0.5, 34", "0.2, 199"})
    void thePairsThatADifferenceTakes(double effect, int expected) {
        assertThat(PairedPower.needed(effect)).hasValue(expected);
    }

    @Test
    void whereNoNumberOfPairsHelpsNoneIsTold() {
        assertThat(PairedPower.needed(0)).isEmpty();
        assertThat(PairedPower.needed(Double.NaN)).isEmpty();
        assertThat(PairedPower.needed(1e-3)).isEmpty();
        assertThat(PairedPower.detectable(1)).isNaN();
    }

    @Test
    void withoutADifferenceTheTestErrsAtItsLevel() {
        assertThat(PairedPower.power(0, 3, 0.05)).isCloseTo(0.05, within(1e-8));
        assertThat(PairedPower.power(0, 10, 0.01)).isCloseTo(0.01, within(1e-8));
    }

    /** √(4/χ²) at the quantiles 0.025 and 0.975 of four degrees of freedom. */
    @Test
    void whereTheDeviationLies() {
        Interval interval = PairedPower.deviationInterval(2, 5);
        assertThat(interval.low()).isCloseTo(2 * 0.599133, within(2e-6));
        assertThat(interval.high()).isCloseTo(2 * 2.873556, within(2e-6));
        assertThat(PairedPower.deviationInterval(2, 1)).isEqualTo(Interval.UNKNOWN);
        assertThat(PairedPower.deviationInterval(Double.NaN, 5)).isEqualTo(Interval.UNKNOWN);
    }
}
