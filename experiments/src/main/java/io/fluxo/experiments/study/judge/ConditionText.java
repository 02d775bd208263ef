package io.fluxo.experiments.study.judge;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Condition.Across;
import io.fluxo.experiments.spec.Condition.Against;
import io.fluxo.experiments.spec.Condition.Bounds;
import io.fluxo.experiments.spec.Condition.Quantity;
import io.fluxo.experiments.study.judge.Judgement.Criterion;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** A condition with the values that were measured for it, in words. */
final class ConditionText {

    /** Decimals of a number, at least. */
    private static final int DECIMALS = 3;

    /** Decimals of a number, at most: smaller bounds are shown with all their digits, as are the values compared with them. */
    private static final int MOST_DECIMALS = 9;

    private final Condition condition;
    private final int decimals;

    private ConditionText(Condition condition) {
        this.condition = condition;
        this.decimals = decimals(condition.bounds());
    }

    static Criterion criterion(Condition condition, MeasuredSeeds measured) {
        return new ConditionText(condition).criterion(measured);
    }

    private Criterion criterion(MeasuredSeeds measured) {
        List<Double> values = measured.values(condition.quantity());
        Bounds bounds = condition.bounds();
        double origin = bounds.relativeTo().map(reference -> measured.reference(reference, condition.quantity())).orElse(0.0);
        List<Double> judged = condition.across() == Across.MEAN ? List.of(Statistics.mean(values)) : values;
        boolean met = judged.stream().allMatch(value -> // NaN is neither
                (bounds.above().isEmpty() || value > origin + bounds.above().getAsDouble()) && (bounds.below().isEmpty() || value < origin + bounds.below().getAsDouble()));
        String subject = condition.what().isEmpty() ? subject(condition.quantity()) : condition.what();
        String listed = values.stream().map(this::number).collect(Collectors.joining(" · "));
        return new Criterion(Text.format("%s is %s, %s", subject, bounds(origin), condition.across() == Across.MEAN ? "on average over the seeds" : "in every seed"),
                condition.across() == Across.MEAN ? Text.format("%s (%s)", number(judged.getFirst()), listed) : listed, met);
    }

    /** What is measured, where the condition has no words for it. */
    private static String subject(Quantity quantity) {
        String measure = spoken(quantity.measure(), quantity.at());
        String subject = switch (quantity.against()) {
            case Against.Nothing() -> Text.format("%s of %s", measure, quantity.of());
            case Against.Less(String variant) -> Text.format("%s of %s less that of %s", measure, quantity.of(), variant);
            case Against.Over(String variant) -> Text.format("%s of %s divided by that of %s", measure, quantity.of(), variant);
            case Against.LessAt(double place) -> Text.format("%s of %s less its %s", measure, quantity.of(), spoken(quantity.measure(), OptionalDouble.of(place)));
        };
        return quantity.isLoss() && !(quantity.against() instanceof Against.Over) ? subject + ", in nats," : subject;
    }

    private static String spoken(String measure, OptionalDouble place) {
        return MeasureNames.spoken(place.isEmpty() ? measure : measure.replace("_by_", Text.format("_at_%s_", Values.label(place.getAsDouble()))));
    }

    private String bounds(double origin) {
        Bounds bounds = condition.bounds();
        return Stream.of(bounds.above().stream().mapToObj(bound -> "above " + bound(bound, origin)), bounds.below().stream().mapToObj(bound -> "below " + bound(bound, origin)))
                .flatMap(some -> some).collect(Collectors.joining(" and "));
    }

    /** A bound, and where it comes from unless the condition has words of its own. */
    private String bound(double bound, double origin) {
        String source = condition.bounds().relativeTo().filter(_ -> condition.what().isEmpty())
                .map(reference -> bound == 0 ? Text.format(" (the %s)", reference.words())
                        : Text.format(" (the %s %s %s)", reference.words(), bound < 0 ? "−" : "+", number(Math.abs(bound)))).orElse("");
        return number(origin + bound) + source;
    }

    /** Enough decimals to tell each bound from the numbers near it. */
    private static int decimals(Bounds bounds) {
        int most = DoubleStream.concat(bounds.above().stream(), bounds.below().stream())
                .mapToInt(bound -> new BigDecimal(Double.toString(bound)).stripTrailingZeros().scale()).max().orElse(0);
        return Math.max(DECIMALS, most + 1);
    }

    private String number(double value) {
        if (Double.isInfinite(value)) {
            return "diverged";
        }
        String digits = decimals > MOST_DECIMALS ? Values.label(value) : Text.format("%." + decimals + "f", value).replaceFirst("\\.?0+$", "");
        return digits.startsWith("-") ? "−" + digits.substring(1) : digits;
    }
}
