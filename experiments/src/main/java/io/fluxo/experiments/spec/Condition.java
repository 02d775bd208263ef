package io.fluxo.experiments.spec;

import io.fluxo.text.Text;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;

/**
 * One of the statements by which a study is judged: something that is measured in each seed, and the bounds within which it has to be.
 *
 * @param what   what is measured, in words that a bound can follow; empty where the variants' names say it
 * @param across which of the seeds have to be within the bounds
 */
public record Condition(String what, Quantity quantity, Bounds bounds, Across across) {

    /** The spread of the stream's gradient over the layers, as a mean over the steps at which it was measured. */
    public static final String SPREAD = "stream_gradient_spread";

    /** The same at the first step alone. */
    public static final String SPREAD_AT_START = "stream_gradient_spread_at_start";

    /** Where the condition numbered {@code index}, from 0, stands in its study. */
    public static String path(int index) {
        return Text.format("conditions.%d", index + 1);
    }

    /** A condition on every seed. */
    public static Condition every(String what, Quantity quantity, Bounds bounds) {
        return new Condition(what, quantity, bounds, Across.EVERY_SEED);
    }

    /** A condition on the mean of the seeds. */
    public static Condition mean(String what, Quantity quantity, Bounds bounds) {
        return new Condition(what, quantity, bounds, Across.MEAN);
    }

    /** The same of variants with other names. */
    Condition renamed(UnaryOperator<String> names) {
        Against against = switch (quantity.against) {
            case Against.Less(String variant) -> new Against.Less(names.apply(variant));
            case Against.Over(String variant) -> new Against.Over(names.apply(variant));
            case Against.LessAt at -> at;
            case Against.Nothing nothing -> nothing;
        };
        return new Condition(what, new Quantity(quantity.measure, quantity.at, names.apply(quantity.of), against), bounds, across);
    }

    /**
     * A number for each seed: a measure of a variant, alone or compared with another.
     *
     * @param measure a loss, a figure, or a curve such as {@code loss_by_position}
     * @param at      the place on the curve; empty for a measure that is one number
     * @param of      the variant, as tables call it
     */
    public record Quantity(String measure, OptionalDouble at, String of, Against against) {

        /** {@code measure} of {@code variant} alone. */
        public static Quantity of(String measure, String variant) {
            return new Quantity(measure, OptionalDouble.empty(), variant, new Against.Nothing());
        }

        /** {@code measure} of {@code variant} less that of {@code other}. */
        public static Quantity difference(String measure, String variant, String other) {
            return new Quantity(measure, OptionalDouble.empty(), variant, new Against.Less(other));
        }

        /** {@code measure} of {@code variant} divided by that of {@code other}. */
        public static Quantity ratio(String measure, String variant, String other) {
            return new Quantity(measure, OptionalDouble.empty(), variant, new Against.Over(other));
        }

        /** The curve of {@code variant} at the place {@code first} less the same at {@code last}. */
        public static Quantity fall(String curve, double first, double last, String variant) {
            return new Quantity(curve, OptionalDouble.of(first), variant, new Against.LessAt(last));
        }

        /** Whether it is measured in nats: a trial that diverged is worse than any. */
        public boolean isLoss() {
            return measure.endsWith("loss") || measure.startsWith("loss_");
        }

        /** The other variant, if there is one. */
        public Optional<String> other() {
            return switch (against) {
                case Against.Less(String variant) -> Optional.of(variant);
                case Against.Over(String variant) -> Optional.of(variant);
                case Against.LessAt _, Against.Nothing _ -> Optional.empty();
            };
        }
    }

    /** What a measure of a variant is compared with, in the same seed. */
    public sealed interface Against {

        /** It stands for itself. */
        record Nothing() implements Against {}

        /** Less the same measure of another variant. */
        record Less(String variant) implements Against {}

        /** Divided by the same measure of another variant. */
        record Over(String variant) implements Against {}

        /** Less the same curve of the same variant, at another place. */
        record LessAt(double place) implements Against {}
    }

    /**
     * Bounds, which are themselves outside; at least one of them.
     *
     * @param relativeTo what they are counted from; zero where there is none
     */
    public record Bounds(OptionalDouble above, OptionalDouble below, Optional<Reference> relativeTo) {

        public static Bounds above(double bound) {
            return new Bounds(OptionalDouble.of(bound), OptionalDouble.empty(), Optional.empty());
        }

        public static Bounds below(double bound) {
            return new Bounds(OptionalDouble.empty(), OptionalDouble.of(bound), Optional.empty());
        }

        /** The same, counted from {@code reference}. */
        public Bounds from(Reference reference) {
            return new Bounds(above, below, Optional.of(reference));
        }
    }

    /** A loss that the task knows of itself. */
    public enum Reference {
        /** Of a model that knows how frequent each token is, and nothing else. */
        UNIGRAM_ENTROPY,
        /** The least that any model can reach. */
        FLOOR;

        /** For sentences. */
        public String words() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** Which of the seeds a condition is about. */
    public enum Across {
        EVERY_SEED, MEAN
    }
}
