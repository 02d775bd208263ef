package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DivergenceTest {

    /** {@code stats.fisher_exact} of SciPy 1.17. */
    @ParameterizedTest
    @CsvSource({"3, 3, 0, 3, 0.1", "4, 4, 0, 4, 0.0285714286", "5, 5, 0, 5, 0.0079365079", "4, 5, 0, 5, 0.0476190476", "2, 3, 1, 5, 0.4642857143", "1, 10, 7, 10, 0.0197666111",
            "0, 3, 0, 3, 1", "3, 3, 5, 5, 1", "0, 0, 2, 3, 1"})
    void fishersTest(int first, int ofFirst, int second, int ofSecond, double expected) {
        assertThat(Divergence.p(first, ofFirst, second, ofSecond)).isCloseTo(expected, within(1e-9));
        assertThat(Divergence.p(second, ofSecond, first, ofFirst)).as("the same the other way round").isCloseTo(expected, within(1e-9));
    }

    /**
     * How often it errs, exactly: every outcome of {@code seeds} pairs, with its probability. Both variants diverge with chance {@code p}; their correlation, since they share seeds, goes
     * from none to 1.
     */
    @ParameterizedTest
    @ValueSource(ints = {3, 5, 10})
    void itKeepsItsLevelAlsoWhereSeedsDivergeTogether(int seeds) {
        double most = 0;
        for (int tenths = 1; tenths < 20; tenths++) {
            for (double correlation : new double[] {0, 0.25, 0.5, 0.75, 1}) {
                most = Math.max(most, level(seeds, tenths / 20.0, correlation));
            }
        }
        assertThat(most).isLessThanOrEqualTo(0.05);
        assertThat(most).as("three pairs show nothing").satisfies(level -> assertThat(level > 0).isEqualTo(seeds > 3));
    }

    /** Seeds that make one variant diverge where the other does not are what the test may not be used for. */
    @Test
    void itDoesNotKeepItWhereSeedsDivergeByTurns() {
        assertThat(level(5, 0.5, -1)).isGreaterThan(0.05);
    }

    private static double level(int seeds, double p, double correlation) {
        double together = p * p + correlation * p * (1 - p);
        double one = (1 - correlation) * p * (1 - p);
        double neither = 1 - together - 2 * one;
        double level = 0;
        for (int both = 0; both <= seeds; both++) {
            for (int first = 0; first + both <= seeds; first++) {
                for (int second = 0; second + first + both <= seeds; second++) {
                    if (Divergence.p(both + first, seeds, both + second, seeds) < 0.05) {
                        int rest = seeds - both - first - second;
                        level += factorial(seeds) / (factorial(both) * factorial(first) * factorial(second) * factorial(rest))
                                * Math.pow(together, both) * Math.pow(one, first + second) * Math.pow(neither, rest);
                    }
                }
            }
        }
        return level;
    }

    private static double factorial(int n) {
        return LongStream.rangeClosed(1, n).reduce(1, (product, factor) -> product * factor);
    }
}
