package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Values;
import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What comparisons and sizes say, in plain sentences that claim no more than the seeds show. */
public final class Sentences {

    private Sentences() {}

    /** One sentence, such as: "placement post instead of pre, at warmup 1: final loss higher by 0.52 nats (95 % interval 0.43 to 0.61, 3 seeds, …)." */
    public static String of(Comparison comparison) {
        return Text.format("%s: %s.", subject(comparison), finding(comparison));
    }

    /** Who is held against whom. */
    public static String subject(Comparison comparison) {
        String shared = comparison.shared().entrySet().stream().map(entry -> last(entry.getKey()) + " " + Values.label(entry.getValue()))
                .collect(Collectors.joining(", "));
        return Text.format("%s %s instead of %s%s", last(comparison.key()), Values.label(comparison.value()), Values.label(comparison.other()),
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
        String survivors = pairs == comparison.seeds() ? "" : Text.format("; only %d of %d seeds finished in both, so the rest is left out", pairs,
                comparison.seeds());
        String amount = number(Math.abs(comparison.mean())) + unit;
        String direction = comparison.mean() > 0 ? "higher" : "lower";
        if (pairs == 1) {
            return Text.format("%s %s by %s in the one seed there is, which says nothing about other seeds%s", measure, direction, amount, survivors);
        }
        if (differences.stream().allMatch(difference -> difference == 0)) {
            return Text.format("the same %s to the last digit in all %d seeds%s", measure, pairs, survivors);
        }
        String interval = Text.format("95 %% interval %s to %s%s", signed(comparison.interval().low()), signed(comparison.interval().high()), unit);
        if (!comparison.shown()) {
            String besides = comparison.p() < Comparison.SIGNIFICANCE ? "alone it would pass, among this many comparisons it does not" : "chance alone could do this";
            return Text.format("no difference in %s shown: on average %s%s, %s, %d seeds; %s (corrected p %s)%s", measure, signed(comparison.mean()), unit,
                    interval, pairs, besides, p(comparison.holm()), survivors);
        }
        long agreeing = differences.stream().filter(difference -> difference * comparison.mean() > 0).count();
        return Text.format("%s %s by %s on average (%s, %s, corrected p %s)%s", measure, direction, amount, interval,
                agreeing == pairs ? Text.format("in all %d seeds", pairs) : Text.format("in %d of %d seeds", agreeing, pairs), p(comparison.holm()), survivors);
    }

    /** What intervals from this many seeds can and cannot say; empty for a single seed of everything. */
    public static String caution(int seeds) {
        if (seeds < 2) {
            return "One seed: how much another would differ is not known, so no interval is given and no difference can be shown.";
        }
        String few = seeds >= 10 ? "" : Text.format(" %d seeds cannot show how results scatter in the tails: Student's interval holds only if differences between seeds",
                seeds) + " scatter about normally, a bootstrap's cannot reach beyond the values seen and is too narrow, and a test that assumes"
                + Text.format(" nothing could not go below p %s.", p(StrictMath.pow(2, 1 - seeds)));
        return "Compared seed by seed, since a seed fixes initial values and data for every variant. 95 % intervals; p by Student's paired test, corrected by"
                + " Holm's method for the number of comparisons." + few;
    }

    /** Whether variants are of one size: "parameters: equal, 79,552 · compute: …". */
    public static String sizes(List<StudyResult.VariantResult> variants) {
        return Text.format("parameters: %s · multiply-adds per token: %s",
                spread(variants.stream().mapToDouble(variant -> variant.size().parameters().isPresent() ? variant.size().parameters().getAsLong() : Double.NaN).toArray()),
                spread(variants.stream().mapToDouble(variant -> variant.size().multiplyAdds()).toArray()));
    }

    /** @param all NaN where a size is not known */
    private static String spread(double[] all) {
        double[] sizes = Arrays.stream(all).filter(Double::isFinite).toArray();
        if (sizes.length < all.length) {
            return Text.format("%snot known of %d of %d variants", sizes.length == 0 ? "" : spread(sizes) + "; ", all.length - sizes.length, all.length);
        }
        double least = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (double size : sizes) {
            least = Math.min(least, size);
            largest = Math.max(largest, size);
        }
        return least == largest ? Text.format("%s%,.0f", sizes.length == 1 ? "" : "equal, ", least)
                : Text.format("not equal, %,.0f to %,.0f%s", least, largest, least > 0 ? Text.format(" (%s times)", number(largest / least)) : "");
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
        return Text.format(value != 0 && Math.abs(value) < 0.0095 ? "%.2g" : "%.3f", value);
    }
}
