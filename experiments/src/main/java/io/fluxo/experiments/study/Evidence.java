package io.fluxo.experiments.study;

import io.fluxo.experiments.study.Judgement.Criterion;
import io.fluxo.text.Text;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The results of a study, as its conditions ask for them: by variant, seed by seed. */
final class Evidence {

    private final List<PreparedTrial> trials;
    private final List<TrialResult> results;

    Evidence(List<PreparedTrial> trials, List<TrialResult> results) {
        this.trials = trials;
        this.results = results;
    }

    /** A condition on every seed, {@code limit} itself not included. */
    enum Bound {
        ABOVE("above"), BELOW("below");

        private final String word;

        Bound(String word) {
            this.word = word;
        }

        boolean holds(double value, double limit) {
            return this == ABOVE ? value > limit : value < limit; // NaN is neither
        }
    }

    /** A measure of every trial of {@code variant}; infinite losses of trials that diverged. */
    List<Double> values(String variant, String measure) {
        List<Double> values = results.stream().filter(result -> result.trial().variant().equals(variant))
                .map(result -> result.outcome() == TrialResult.Outcome.DIVERGED && measure.contains("loss") ? Double.POSITIVE_INFINITY : result.measure(measure))
                .toList();
        if (values.isEmpty()) {
            throw new IllegalStateException("no trials of " + variant);
        }
        return values;
    }

    /** {@code measure} of {@code variant} less that of {@code other}, seed by seed. */
    List<Double> differences(String variant, String other, String measure) {
        List<Double> some = values(variant, measure);
        List<Double> more = values(other, measure);
        return IntStream.range(0, some.size()).mapToObj(i -> some.get(i) - more.get(i)).toList();
    }

    /** {@code measure} of {@code variant} divided by that of {@code other}, seed by seed. */
    List<Double> ratios(String variant, String other, String measure) {
        List<Double> some = values(variant, measure);
        List<Double> more = values(other, measure);
        return IntStream.range(0, some.size()).mapToObj(i -> some.get(i) / more.get(i)).toList();
    }

    /** One place of a curve of every trial of {@code variant}; NaN where the trial has no such curve. */
    List<Double> values(String variant, String curve, double at) {
        return results.stream().filter(result -> result.trial().variant().equals(variant))
                .map(result -> result.findings().curves().stream().filter(one -> one.measure().equals(curve) && one.at().contains(at)).findFirst()
                        .map(one -> one.values().get(one.at().indexOf(at))).orElse(Double.NaN))
                .toList();
    }

    OptionalDouble unigramEntropy() {
        return trials.getFirst().task().unigramEntropy();
    }

    /** Whether {@code values} are all on one side of {@code limit}. */
    static Criterion every(String what, List<Double> values, Bound bound, double limit) {
        return new Criterion(Text.format("%s is %s %s, in every seed", what, bound.word, number(limit)), listed(values),
                values.stream().allMatch(value -> bound.holds(value, limit)));
    }

    /** Whether the mean of {@code values} is on one side of {@code limit}. */
    static Criterion mean(String what, List<Double> values, Bound bound, double limit) {
        double mean = Statistics.mean(values);
        return new Criterion(Text.format("%s is %s %s, on average over the seeds", what, bound.word, number(limit)),
                Text.format("%s (%s)", number(mean), listed(values)), bound.holds(mean, limit));
    }

    private static String listed(List<Double> values) {
        return values.stream().map(Evidence::number).collect(Collectors.joining(" · "));
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return "diverged";
        }
        return Text.format("%.3f", value).replaceFirst("\\.?0+$", "").replace('-', '−');
    }
}
