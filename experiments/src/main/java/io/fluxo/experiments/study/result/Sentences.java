package io.fluxo.experiments.study.result;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.Tune;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Numerals;
import io.fluxo.experiments.study.numbers.Ranks;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What comparisons and sizes say, in plain sentences that claim no more than the seeds show. */
public final class Sentences {

    private Sentences() {}

    /** One sentence, such as: "placement post instead of pre, at warmup 1: final loss higher by 0.52 nats (95 % interval 0.43 to 0.61, 3 seeds, …)." */
    public static String of(Comparison comparison) {
        return Text.format("%s: %s%s.", comparison.subject(), finding(comparison), besides(comparison));
    }

    /** What is compared with what: a variant at {@code point}, with the one whose {@code key} is {@code other}. */
    static String subject(Map<String, Object> point, String key, Object other) {
        String shared = point.entrySet().stream().filter(entry -> !entry.getKey().equals(key)).map(entry -> named(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
        return Text.format("%s instead of %s%s", named(key, point.get(key)), Values.label(other), shared.isEmpty() ? "" : ", at " + shared);
    }

    /** Whether what one key brings depends on another, at {@code point}; {@code noFirst} and {@code noSecond} are what they are held against. */
    static String subject(Map<String, Object> point, String first, Object noFirst, String second, Object noSecond) {
        String shared = point.entrySet().stream().filter(entry -> !entry.getKey().equals(first) && !entry.getKey().equals(second))
                .map(entry -> named(entry.getKey(), entry.getValue())).collect(Collectors.joining(", "));
        return Text.format("%s instead of %s with %s, compared with the same with %s%s", named(first, point.get(first)), Values.label(noFirst), named(second, point.get(second)),
                named(second, noSecond), shared.isEmpty() ? "" : ", at " + shared);
    }

    /** One sentence about an interaction. */
    public static String of(Interaction interaction) {
        int pairs = interaction.differences().size();
        if (pairs < 2) {
            return Text.format("%s: cannot be told, in %s did all four finish.", interaction.subject(), pairs == 0 ? "no seed" : "one seed");
        }
        String unit = MeasureNames.isLoss(interaction.measure()) ? " nats" : "";
        String survivors = pairs == interaction.seeds() ? "" : Text.format("; only %d of %d seeds finished in all four, so the rest is left out", pairs, interaction.seeds());
        return Text.format("%s: %s %s%s (95 %% interval %s to %s%s, %d seeds, corrected p %s)%s.", interaction.subject(), interaction.shown()
                        ? Text.format("the difference in %s changes by", MeasureNames.spoken(interaction.measure()))
                        : Text.format("no change of the difference in %s shown: on average", MeasureNames.spoken(interaction.measure())),
                Numerals.signed(interaction.mean()), unit, Numerals.signed(interaction.interval().low()), Numerals.signed(interaction.interval().high()), unit, pairs,
                p(interaction.holm()), survivors);
    }

    /** {@code 2}, or {@code 2–4}. */
    public static String places(Ranks.Places places) {
        return places.best() == places.worst() ? Integer.toString(places.best()) : Text.format("%d–%d", places.best(), places.worst());
    }

    /** The places that variants may have, in a sentence; empty where there is one seed or one variant. */
    public static String places(StudyResult result) {
        if (result.seeds() < 2 || result.variants().size() < 2) {
            return "";
        }
        List<Optional<Ranks.Places>> places = result.places();
        String all = IntStream.range(0, places.size()).filter(i -> places.get(i).isPresent())
                .mapToObj(i -> Text.format("%s %s", result.variants().get(i).id(), places(places.get(i).get()))).collect(Collectors.joining(", "));
        String none = IntStream.range(0, places.size()).filter(i -> places.get(i).isEmpty()).mapToObj(i -> result.variants().get(i).id()).collect(Collectors.joining(", "));
        String without = none.isEmpty() ? "" : Text.format(" Without a place, since not all their trials finished: %s.", none);
        return (all.isEmpty() ? "" : Text.format("places in %s, which hold together with 95 %%: %s.", MeasureNames.spoken(result.study().compareOn()), all)) + without;
    }

    /** What a comparison shows besides the difference of means, in clauses; empty where there is nothing to say. */
    private static String besides(Comparison comparison) {
        Evidence evidence = comparison.evidence();
        String unit = MeasureNames.isLoss(comparison.measure()) ? " nats" : "";
        List<String> clauses = new ArrayList<>();
        if (evidence.anyDiverged()) {
            clauses.add(Text.format("diverged: %d of %d trials against %d of %d, %s (corrected p %s)", evidence.variant().diverged(), evidence.variant().trials(),
                    evidence.baseline().diverged(), evidence.baseline().trials(), evidence.divergesOtherwise() ? "a difference" : "no difference shown",
                    p(evidence.divergence())));
        }
        if (evidence.margin() > 0 && Double.isFinite(evidence.equivalence())) {
            clauses.add(Text.format("no larger difference than %s%s: %s (corrected p %s)", Numerals.text(evidence.margin()), unit,
                    evidence.equivalent() ? "shown" : "not shown", p(evidence.equivalence())));
        }
        if (!comparison.shown() && evidence.detectable() > 0) {
            clauses.add(Text.format("a single test of %d seeds shows a true difference of %s%s four times in five", comparison.differences().size(), Numerals.text(evidence.detectable()), unit));
        }
        return clauses.isEmpty() ? "" : "; " + String.join("; ", clauses);
    }

    private static String named(String key, Object value) {
        String name = Values.label(value);
        return key.equals(Study.VARIANTS) ? name : last(key) + " " + name;
    }

    private static String finding(Comparison comparison) {
        List<Double> differences = comparison.differences();
        int pairs = differences.size();
        String measure = MeasureNames.spoken(comparison.measure());
        String unit = MeasureNames.isLoss(comparison.measure()) ? " nats" : "";
        if (pairs == 0) {
            return "cannot be compared, in no seed did both finish";
        }
        String survivors = pairs == comparison.seeds() ? "" : Text.format("; only %d of %d seeds finished in both, so the rest is left out", pairs,
                comparison.seeds());
        String amount = Numerals.text(Math.abs(comparison.mean())) + unit;
        String direction = comparison.mean() > 0 ? "higher" : "lower";
        boolean equal = differences.stream().allMatch(difference -> difference == 0);
        if (pairs == 1) {
            String found = equal ? Text.format("the same %s to the last digit", measure) : Text.format("%s %s by %s", measure, direction, amount);
            return Text.format("%s in the one seed there is, which says nothing about other seeds%s", found, survivors);
        }
        if (equal) {
            return Text.format("the same %s to the last digit in all %d seeds%s", measure, pairs, survivors);
        }
        String interval = Text.format("95 %% interval %s to %s%s", Numerals.signed(comparison.interval().low()), Numerals.signed(comparison.interval().high()), unit);
        if (!comparison.shown()) {
            String besides = comparison.p() < Comparison.SIGNIFICANCE ? "alone it would pass, corrected it does not" : "chance alone could do this";
            return Text.format("no difference in %s shown: on average %s%s, %s, %d seeds; %s (corrected p %s)%s", measure, Numerals.signed(comparison.mean()), unit,
                    interval, pairs, besides, p(comparison.holm()), survivors);
        }
        long agreeing = differences.stream().filter(difference -> difference * comparison.mean() > 0).count();
        return Text.format("%s %s by %s on average (%s, %s, corrected p %s)%s", measure, direction, amount, interval,
                agreeing == pairs ? Text.format("in all %d seeds", pairs) : Text.format("in %d of %d seeds", agreeing, pairs), p(comparison.holm()), survivors);
    }

    /** Where tuning chose a number beyond which nothing was tried; one sentence for each such number. */
    public static List<String> edges(Tuning tuning) {
        Map<Tuning.End, List<String>> variants = new LinkedHashMap<>();
        tuning.chosen().forEach(choice -> choice.edges().forEach(end -> variants.computeIfAbsent(end, key -> new ArrayList<>()).add(choice.variant())));
        return variants.entrySet().stream().map(entry -> Text.format("%s chose %s %s, the %s that was tried: a better one may lie beyond, %s.", String.join(", ", entry.getValue()),
                entry.getKey().key(), Values.label(entry.getKey().value()), entry.getKey().largest() ? "largest" : "smallest", remedy(entry.getKey(), tuning.study().tune()))).toList();
    }

    /** What came of a point of tuning: its mean loss, or how trials of it ended instead. */
    public static String loss(Tuning.Attempt attempt, String measure) {
        if (Double.isFinite(attempt.loss(measure))) {
            return Numerals.text(attempt.loss(measure));
        }
        List<TrialResult> open = attempt.results().stream().filter(result -> !Double.isFinite(result.measure(measure))).toList();
        String ended = open.isEmpty() ? Numerals.text(attempt.loss(measure)) : open.stream().map(result -> result.outcome() == TrialStatus.FINISHED ? Numerals.text(result.measure(measure))
                : Values.label(result.outcome())).distinct().collect(Collectors.joining(", "));
        return attempt.results().size() == 1 ? ended : Text.format("%s (%d of %d)", ended, open.size(), attempt.results().size());
    }

    private static String remedy(Tuning.End end, Tune tune) {
        return end.how() == Tuning.How.REFUSED ? Text.format("but the search cannot go on (%s)", end.why())
                : tune.extend() == 0 ? "so widen its values in tune, or have the search go on (tune.extend)"
                : Text.format("so have the search go on by more than %d (tune.extend)", tune.extend());
    }

    /** Why the grids of some tuned keys end where they do, whatever was chosen. */
    public static List<String> bounds(Tune tune) {
        return tune.bounded().entrySet().stream().map(entry -> Text.format("%s is bounded: %s.", entry.getKey(), entry.getValue().strip().replaceFirst("\\.$", ""))).toList();
    }

    /** What intervals from this many seeds can and cannot say; empty for a single seed of everything. */
    public static String caution(StudyResult result) {
        int stages = result.stages().seeds().size();
        return caution(result.seeds()) + (stages == 1 ? "" : Text.format(" Seeds are added in at most %d stages: every corrected p counts for each of them, and intervals hold at all of"
                + " them together.", stages));
    }

    static String caution(int seeds) {
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
        if (least == largest) {
            return Text.format("%s%,.0f", sizes.length == 1 ? "" : "equal, ", least);
        }
        boolean telling = least > 0 && largest / least >= 1.0005; // 1.000 times would say that they are equal
        return Text.format("not equal, %,.0f to %,.0f%s", least, largest, telling ? Text.format(" (%.3f times)", largest / least) : "");
    }

    private static String last(String key) {
        return key.substring(key.lastIndexOf('.') + 1);
    }

    private static String p(double p) {
        return p < 0.001 ? "< 0.001" : "= " + Numerals.text(p);
    }
}
