package io.fluxo.experiments.study.numbers;

import io.fluxo.random.RandomKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.distribution.BinomialDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/** Statistics of a few seeds. Summed in the order given, and resampled from a fixed key, so that the same results give the same bits. */
public final class Statistics {

    /** The confidence of every interval. */
    public static final double CONFIDENCE = 0.95;

    /** Resamples behind a bootstrap interval. */
    public static final int RESAMPLES = 10_000;

    private static final RandomKey BOOTSTRAP = RandomKey.of(0).split("bootstrap");

    private Statistics() {}

    /** NaN of nothing. */
    public static double mean(List<Double> values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.size();
    }

    /** Sample standard deviation, over n − 1; NaN of fewer than two. */
    public static double deviation(List<Double> values) {
        if (values.size() < 2) {
            return Double.NaN;
        }
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return StrictMath.sqrt(sum / (values.size() - 1));
    }

    /** The middle one, or the mean of the middle two; NaN of nothing. */
    public static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int n = sorted.size();
        return n == 0 ? Double.NaN : (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    }

    /**
     * An interval of the median that assumes nothing of the distribution: the narrowest pair of order statistics, as far from the smallest value as from the
     * largest, that hold the median with {@link #CONFIDENCE} at least (each of n values lies below it with ½: a binomial distribution). Unknown of fewer than
     * six values, whose smallest and largest do not suffice.
     */
    public static Interval medianInterval(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int n = sorted.size();
        int below = -1; // so many values may be left out at each end
        BinomialDistribution smaller = BinomialDistribution.of(n, 0.5);
        while (2 * smaller.cumulativeProbability(below + 1) <= 1 - CONFIDENCE) {
            below++;
        }
        return below < 0 ? Interval.UNKNOWN : new Interval(sorted.get(below), sorted.get(n - 1 - below));
    }

    /**
     * The percentile bootstrap's interval of the mean (Efron 1979). It cannot reach beyond the values seen: of a normal distribution, three
     * values' interval holds the true mean about 3 times in 4, not 19 times in 20; see {@code docs/statistics.md}.
     */
    public static Interval bootstrap(List<Double> values) {
        int n = values.size();
        if (n < 2) {
            return Interval.UNKNOWN;
        }
        double[] means = new double[RESAMPLES];
        for (int resample = 0; resample < RESAMPLES; resample++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += values.get(BOOTSTRAP.below(n, (long) resample * n + i));
            }
            means[resample] = sum / n;
        }
        Arrays.sort(means);
        int cut = (int) Math.round((1 - CONFIDENCE) / 2 * RESAMPLES);
        return new Interval(means[cut], means[RESAMPLES - 1 - cut]);
    }

    /** Student's interval of the mean, for values that scatter normally. */
    public static Interval student(List<Double> values) {
        return student(values, CONFIDENCE);
    }

    /** The same with another confidence. */
    public static Interval student(List<Double> values, double confidence) {
        if (values.size() < 2) {
            return Interval.UNKNOWN;
        }
        double reach = TDistribution.of(values.size() - 1).inverseSurvivalProbability((1 - confidence) / 2) * standardError(values);
        return new Interval(mean(values) - reach, mean(values) + reach);
    }

    /** Student's two-sided p of a mean of zero; 1 where all values are zero, NaN of fewer than two. */
    public static double p(List<Double> values) {
        if (values.size() < 2) {
            return Double.NaN;
        }
        if (mean(values) == 0) {
            return 1;
        }
        double t = Math.abs(mean(values)) / standardError(values); // infinite where every value is the same
        return Math.min(1, 2 * TDistribution.of(values.size() - 1).survivalProbability(t));
    }

    /**
     * Standardised mean d = mean/sd times Hedges' exact correction Γ(f/2)/(√(f/2)·Γ((f − 1)/2)), f = n − 1, for the bias of few values (Hedges
     * 1981). NaN of fewer than three, of which the correction leaves nothing, and of equal values.
     */
    public static double effectSize(List<Double> values) {
        double deviation = deviation(values);
        if (values.size() < 3 || deviation == 0) {
            return Double.NaN;
        }
        double f = values.size() - 1;
        double correction = StrictMath.exp(LogGamma.value(f / 2) - LogGamma.value((f - 1) / 2)) / StrictMath.sqrt(f / 2);
        return correction * mean(values) / deviation;
    }

    /**
     * Holm's step-down correction of several tests' p (Holm 1979): rejecting those at most α keeps the chance of even one false rejection at
     * most α. A NaN stays one, and counts as no test.
     */
    public static List<Double> holm(List<Double> ps) {
        List<Integer> ascending = IntStream.range(0, ps.size()).boxed().filter(i -> !ps.get(i).isNaN()).sorted(Comparator.comparing(ps::get)).toList();
        List<Double> corrected = new ArrayList<>(ps);
        double largest = 0;
        for (int rank = 0; rank < ascending.size(); rank++) {
            largest = Math.max(largest, Math.min(1, (ascending.size() - rank) * ps.get(ascending.get(rank))));
            corrected.set(ascending.get(rank), largest);
        }
        return corrected;
    }

    private static double standardError(List<Double> values) {
        return deviation(values) / StrictMath.sqrt(values.size());
    }
}
