package io.fluxo.setting;

import io.fluxo.text.Text;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the values of a {@link Key} are, and which of them are legal. YAML, JSON and the schema each have one rule for each of these types.
 *
 * @param <T> what a value is in Java
 */
public sealed interface Type<T> {

    /** Why {@code value} is not legal, as what follows the key's name: {@code must be at least 1, not 0}. Empty where it is. */
    default List<String> objections(T value) {
        return List.of();
    }

    /** What a value is, for messages: {@code a whole number}. */
    default String wanted() {
        return switch (this) {
            case Whole _ -> "a whole number";
            case Real _ -> "a number";
            case Truth _ -> "true or false";
            case Words _, FilePath _ -> "text";
            case Label<?>(var constants) -> "one of " + String.join(", ", Values.labels(constants));
            case Part(var kind) -> Text.format("the name of a registered %s", kind.name());
            case Items<?> _ -> "a list";
            case ByLayer<?>(var item) -> item.wanted();
        };
    }

    /** Whether {@code value} is of this type at all. */
    boolean holds(Object value);

    /** The smallest legal number; empty where there is none. */
    default Optional<Double> smallest() {
        return Optional.empty();
    }

    /** Whole numbers from {@code least} to {@code most}. */
    record Whole(int least, int most) implements Type<Integer> {
        @Override
        public boolean holds(Object value) {
            return value instanceof Integer;
        }

        @Override
        public List<String> objections(Integer value) {
            if (value >= least && value <= most) {
                return List.of();
            }
            return List.of(most == Integer.MAX_VALUE ? Text.format("must be at least %d, not %d", least, value)
                    : Text.format("must be at least %d and at most %d, not %d", least, most, value));
        }

        @Override
        public Optional<Double> smallest() {
            return Optional.of((double) least);
        }
    }

    /** Finite numbers within {@code range}. */
    record Real(Range range) implements Type<Double> {

        /** Which numbers are legal. */
        public enum Range {
            ANY("must be a finite number, not %s"),
            NOT_NEGATIVE("must be a finite number ≥ 0, not %s"),
            POSITIVE("must be a finite number above 0, not %s"),
            ABOVE_ONE("must be a finite number above 1, not %s"),
            /** From 0 to 1, 1 itself excluded. */
            SHARE("must be at least 0 and below 1, not %s");

            private final String objection;

            Range(String objection) {
                this.objection = objection;
            }

            boolean contains(double value) {
                return Double.isFinite(value) && switch (this) {
                    case ANY -> true;
                    case NOT_NEGATIVE -> value >= 0;
                    case POSITIVE -> value > 0;
                    case ABOVE_ONE -> value > 1;
                    case SHARE -> value >= 0 && value < 1;
                };
            }
        }

        @Override
        public boolean holds(Object value) {
            return value instanceof Double;
        }

        @Override
        public List<String> objections(Double value) {
            return range.contains(value) ? List.of() : List.of(Text.format(range.objection, value));
        }

        @Override
        public Optional<Double> smallest() {
            return switch (range) {
                case NOT_NEGATIVE, SHARE -> Optional.of(0.0);
                case ANY, POSITIVE, ABOVE_ONE -> Optional.empty();
            };
        }
    }

    /** True or false. */
    record Truth() implements Type<Boolean> {
        @Override
        public boolean holds(Object value) {
            return value instanceof Boolean;
        }
    }

    /** Any text. */
    record Words() implements Type<String> {
        @Override
        public boolean holds(Object value) {
            return value instanceof String;
        }
    }

    /** The path of a file or folder, or one of {@code words} that are no paths; empty for none. */
    record FilePath(List<String> words) implements Type<String> {
        @Override
        public boolean holds(Object value) {
            return value instanceof String;
        }

        /** Whether {@code value} is a path at all. */
        public boolean isPath(String value) {
            return !value.isBlank() && !words.contains(value);
        }
    }

    /** One constant of an enum, written in lower-case snake_case. */
    record Label<E extends Enum<E>>(Class<E> constants) implements Type<E> {
        @Override
        public boolean holds(Object value) {
            return constants.isInstance(value);
        }

        /** The constant that is written {@code text}; empty where there is none. */
        public Optional<E> constant(String text) {
            return Stream.of(constants.getEnumConstants()).filter(constant -> Values.label(constant).equals(text)).findFirst();
        }
    }

    /** The name of a registered part, perhaps with keys of its own. Whether there is such a part, the catalogue of parts says. */
    record Part(PartKind<?> kind) implements Type<Choice> {
        @Override
        public boolean holds(Object value) {
            return value instanceof Choice;
        }
    }

    /** A list of values. */
    record Items<T>(Type<T> item) implements Type<List<T>> {
        @Override
        public boolean holds(Object value) {
            return value instanceof List<?> items && items.stream().allMatch(item::holds);
        }

        @Override
        public List<String> objections(List<T> values) {
            return values.stream().flatMap(value -> item.objections(value).stream()).toList();
        }
    }

    /** One value for all layers, or one for each. */
    record ByLayer<T>(Type<T> item) implements Type<PerLayer<T>> {
        @Override
        public boolean holds(Object value) {
            return value instanceof PerLayer<?> layers && layers.values().stream().allMatch(item::holds);
        }

        @Override
        public List<String> objections(PerLayer<T> layers) {
            return layers.values().stream().flatMap(value -> item.objections(value).stream()).toList();
        }

        @Override
        public Optional<Double> smallest() {
            return item.smallest();
        }
    }

    static Type<Integer> whole(int least) {
        return new Whole(least, Integer.MAX_VALUE);
    }

    static Type<Integer> whole(int least, int most) {
        return new Whole(least, most);
    }

    static Type<Double> real(Real.Range range) {
        return new Real(range);
    }

    static Type<Boolean> truth() {
        return new Truth();
    }

    static Type<String> words() {
        return new Words();
    }

    static <E extends Enum<E>> Type<E> label(Class<E> constants) {
        return new Label<>(constants);
    }

    static <T> Type<List<T>> list(Type<T> item) {
        return new Items<>(item);
    }

    /** A file, a folder, or one of {@code words}. */
    static Type<String> file(String... words) {
        return new FilePath(Stream.of(words).toList());
    }
}
