package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Values;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What comparisons and sizes say, in plain sentences that claim no more than the seeds show. */
public final class Sentences {

    private Sentences() {}

    /** One sentence, such as: "placement post instead of pre, at warmup 1: final loss higher by 0.52 nats (95 % interval 0.43 to 0.61, 3 seeds, …)." */
    public static String of(Comparison comparison) {
        return "%s: %s.".formatted(subject(comparison), finding(comparison));
    }

    /** Who is held against whom. */
    public static String subject(Comparison comparison) {
        String shared = comparison.shared().entrySet().stream().map(entry -> last(entry.getKey()) + " " + Values.label(entry.getValue()))
                .collect(Collectors.joining(", "));
        return "%s %s instead of %s%s".formatted(last(comparison.key()), Values.label(comparison.value()), Values.label(comparison.other()),
                shared.isEmpty() ? "" : ", at " + shared);
    }

    private static String finding(Comparison comparison) {
        List<Double> differences = comparison.differences();
        int pairs = differences.size();
        String measure = comparison.measure().replace('_', ' ');
        String unit = comparison.measure().endsWith("loss") ? " nats" : "";
        if (pairs == 0) {
            return "cannot be compared, in no seed did both finish";
        }
        String survivors = pairs == comparison.seeds() ? "" : "; only %d of %d seeds finished in both, so the rest is left out".formatted(pairs,
                comparison.seeds());
        String amount = number(Math.abs(comparison.mean())) + unit;
        String direction = comparison.mean() > 0 ? "higher" : "lower";
        if (pairs == 1) {
            return "%s %s by %s in the one seed there is, which says nothing about other seeds%s".formatted(measure, direction, amount, survivors);
        }
        if (differences.stream().allMatch(difference -> difference == 0)) {
            return "the same %s to the last digit in all %d seeds%s".formatted(measure, pairs, survivors);
        }
        String interval = "95 %% interval %s to %s%s".formatted(signed(comparison.interval().low()), signed(comparison.interval().high()), unit);
        if (!comparison.shown()) {
            String besides = comparison.p() < Comparison.SIGNIFICANCE ? "alone it would pass, among this many comparisons it does not" : "chance alone could do this";
            return "no difference in %s shown: on average %s%s, %s, %d seeds; %s (corrected p %s)%s".formatted(measure, signed(comparison.mean()), unit,
                    interval, pairs, besides, p(comparison.holm()), survivors);
        }
        long agreeing = differences.stream().filter(difference -> difference * comparison.mean() > 0).count();
        return "%s %s by %s on average (%s, %s, corrected p %s)%s".formatted(measure, direction, amount, interval,
                agreeing == pairs ? "in all %d seeds".formatted(pairs) : "in %d of %d seeds".formatted(agreeing, pairs), p(comparison.holm()), survivors);
    }

    /** What intervals from this many seeds can and cannot say; empty for a single seed of everything. */
    public static String caution(int seeds) {
        if (seeds < 2) {
            return "One seed: how much another would differ is not known, so no interval is given and no difference can be shown.";
        }
        String few = seeds >= 10 ? "" : " %d seeds cannot show how results scatter in the tails: Student's interval holds only if differences between seeds"
                .formatted(seeds) + " scatter about normally, a bootstrap's cannot reach beyond the values seen and is too narrow, and a test that assumes"
                + " nothing could not go below p %s.".formatted(p(StrictMath.pow(2, 1 - seeds)));
        return "Compared seed by seed, since a seed fixes initial values and data for every variant. 95 % intervals; p by Student's paired test, corrected by"
                + " Holm's method for the number of comparisons." + few;
    }

    /** Whether variants are of one size: "parameters: equal, 79,552 · compute: …". */
    public static String sizes(List<StudyResult.VariantResult> variants) {
        return "parameters: %s · multiply-adds per token: %s".formatted(
                spread(variants.stream().mapToDouble(variant -> variant.size().parameters()).toArray()),
                spread(variants.stream().mapToDouble(variant -> variant.size().multiplyAdds()).toArray()));
    }

    private static String spread(double[] sizes) {
        double least = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (double size : sizes) {
            least = Math.min(least, size);
            largest = Math.max(largest, size);
        }
        return least == largest ? "%s%,.0f".formatted(sizes.length == 1 ? "" : "equal, ", least)
                : "not equal, %,.0f to %,.0f%s".formatted(least, largest, least > 0 ? " (%s times)".formatted(number(largest / least)) : "");
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    private static String signed(double value) {
        return (value < 0 ? "−" : "+") + number(Math.abs(value));
    }

    private static String p(double p) {
        return p < 0.001 ? "< 0.001" : "= " + number(p);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value != 0 && Math.abs(value) < 0.0095 ? "%.2g" : "%.3f", value);
    }
}
