package io.fluxo.experiments.study.numbers;

import java.util.OptionalInt;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How large a difference has to be for Student's paired two-sided test to show it. If the differences of pairs scatter normally about δ with deviation σ, the test's
 * t follows the noncentral t distribution with n − 1 degrees of freedom and noncentrality √n·δ/σ (Student 1908; Cohen 1988, chapter 2).
 */
public final class PairedPower {

    /** How often a difference of the size that is told would be shown. */
    public static final double POWER = 0.8;

    private static final double LEVEL = 1 - Statistics.CONFIDENCE;
    private static final int MOST_PAIRS = 100_000;
    /** Parts of an integral; even, for Simpson's rule. */
    private static final int PARTS = 2_000;
    /** Deviations below which a normal distribution has 1e-19 of its mass. */
    private static final double NOTHING = -9;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);

    private PairedPower() {}

    /**
     * The chance that {@code pairs} show a true difference of {@code effect} deviations.
     *
     * @param effect δ/σ
     * @param pairs  at least two
     * @param level  of the test, two-sided
     */
    public static double power(double effect, int pairs, double level) {
        double degrees = pairs - 1;
        double critical = TDistribution.of(degrees).inverseSurvivalProbability(level / 2);
        double shift = StrictMath.sqrt(pairs) * Math.abs(effect);
        return 1 - noncentral(critical, degrees, shift) + noncentral(-critical, degrees, shift);
    }

    /** The least true difference, in deviations, that {@code pairs} show with {@link #POWER}; NaN of fewer than two pairs. */
    public static double detectable(int pairs) {
        if (pairs < 2) {
            return Double.NaN;
        }
        double low = 0;
        double high = 1;
        while (power(high, pairs, LEVEL) < POWER) {
            high *= 2;
        }
        for (int halving = 0; halving < 34; halving++) {
            double middle = (low + high) / 2;
            if (power(middle, pairs, LEVEL) < POWER) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** The fewest pairs that show a true difference of {@code effect} deviations with {@link #POWER}; empty where that is nothing, or takes more than 100,000. */
    public static OptionalInt needed(double effect) {
        if (!(Math.abs(effect) > 0) || power(effect, MOST_PAIRS, LEVEL) < POWER) {
            return OptionalInt.empty();
        }
        int low = 1;
        int high = 2;
        while (power(effect, high, LEVEL) < POWER) {
            low = high;
            high *= 2;
        }
        while (high - low > 1) {
            int middle = (low + high) / 2;
            if (power(effect, middle, LEVEL) < POWER) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return OptionalInt.of(high);
    }

    /** Where the true deviation lies, by the χ² distribution: of few values it is known within a factor of several. */
    public static Interval deviationInterval(double deviation, int values) {
        if (values < 2 || !Double.isFinite(deviation)) {
            return Interval.UNKNOWN;
        }
        ChiSquaredDistribution squares = ChiSquaredDistribution.of(values - 1);
        return new Interval(deviation * StrictMath.sqrt((values - 1) / squares.inverseSurvivalProbability(LEVEL / 2)),
                deviation * StrictMath.sqrt((values - 1) / squares.inverseCumulativeProbability(LEVEL / 2)));
    }

    /**
     * P(T ≤ t) of the noncentral t distribution: the mean of Φ(t·u − shift) over u = √(χ²/f), whose density is 2·(f/2)^(f/2)/Γ(f/2)·u^(f−1)·e^(−f·u²/2); by Simpson's
     * rule.
     */
    static double noncentral(double t, double degrees, double shift) {
        double spread = 1 / StrictMath.sqrt(2 * degrees);
        double from = Math.max(0, 1 - 9 * spread);
        double to = 1 + 9 * spread + 6 / degrees;
        double factor = StrictMath.log(2) + degrees / 2 * StrictMath.log(degrees / 2) - LogGamma.value(degrees / 2);
        double width = (to - from) / PARTS;
        double sum = 0;
        for (int i = 0; i <= PARTS; i++) {
            double u = from + i * width;
            double z = t * u - shift;
            if (z < NOTHING) {
                continue;
            }
            double density = u == 0 ? degrees == 1 ? StrictMath.exp(factor) : 0 : StrictMath.exp(factor + (degrees - 1) * StrictMath.log(u) - degrees * u * u / 2);
            int weight = i == 0 || i == PARTS ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * density * NORMAL.cumulativeProbability(z);
        }
        return Math.min(1, sum * width / 3);
    }
}
