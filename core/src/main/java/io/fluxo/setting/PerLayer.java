package io.fluxo.setting;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A value that may differ from layer to layer: {@code {default: pre, "0-2": post}} in YAML, or a plain {@code pre} for all.
 *
 * @param standard  what layers have that no range names
 * @param exceptions the layers that have something else
 */
public record PerLayer<T>(T standard, SequencedMap<Range, T> exceptions) {

    /** The key of {@link #standard} where the value is written as a mapping. */
    public static final String STANDARD_KEY = "default";

    /** How ranges are written, for messages. */
    public static final String RANGES = "\"3\", \"0-2\" or \"5-\" (layers count from 0)";

    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,6})(-(\\d{1,6})?)?");

    public PerLayer {
        exceptions = java.util.Collections.unmodifiableSequencedMap(new LinkedHashMap<>(exceptions));
    }

    /** The same in every layer. */
    public static <T> PerLayer<T> of(T everywhere) {
        return new PerLayer<>(everywhere, new LinkedHashMap<>());
    }

    /**
     * Layers from {@code first} to {@code last}, both counted from 0 and both included; {@code last} is empty where the range is open.
     */
    public record Range(int first, Optional<Integer> last) {

        /** {@code 3}, {@code 0-2} or {@code 5-}; empty where {@code text} is none of these. */
        public static Optional<Range> parse(String text) {
            Matcher matcher = WRITTEN.matcher(text);
            if (!matcher.matches()) {
                return Optional.empty();
            }
            int first = Integer.parseInt(matcher.group(1));
            Optional<Integer> last = matcher.group(2) == null ? Optional.of(first) : Optional.ofNullable(matcher.group(3)).map(Integer::valueOf);
            return last.isPresent() && last.get() < first ? Optional.empty() : Optional.of(new Range(first, last));
        }

        boolean contains(int layer) {
            return layer >= first && layer <= last.orElse(Integer.MAX_VALUE);
        }

        private boolean overlaps(Range other) {
            return first <= other.last.orElse(Integer.MAX_VALUE) && other.first <= last.orElse(Integer.MAX_VALUE);
        }

        /** As it is written: {@code 0-2}. */
        @Override
        public String toString() {
            return last.map(end -> end == first ? "" + first : first + "-" + end).orElse(first + "-");
        }
    }

    /** What {@code layer} has, counted from 0. */
    public T at(int layer) {
        return exceptions.entrySet().stream().filter(entry -> entry.getKey().contains(layer)).map(Map.Entry::getValue).findFirst().orElse(standard);
    }

    /** Whether every layer has the same, as it is written. */
    public boolean isUniform() {
        return exceptions.isEmpty();
    }

    /** Everything that is written, each value once: the default, then the exceptions. */
    public SequencedSet<T> values() {
        SequencedSet<T> values = new LinkedHashSet<>();
        values.add(standard);
        values.addAll(exceptions.values());
        return values;
    }

    /** The values that {@code layers} layers have, each once. */
    public SequencedSet<T> values(int layers) {
        SequencedSet<T> values = new LinkedHashSet<>();
        for (int layer = 0; layer < layers; layer++) {
            values.add(at(layer));
        }
        return values;
    }

    /** The same layers with {@code change} of what they have. */
    public <U> PerLayer<U> map(Function<? super T, ? extends U> change) {
        SequencedMap<Range, U> changed = new LinkedHashMap<>();
        exceptions.forEach((range, value) -> changed.put(range, change.apply(value)));
        return new PerLayer<>(change.apply(standard), changed);
    }

    /** {@link #standard} and the exceptions under their keys, in the order they are written; {@code write} gives each pair's form. */
    public <R> List<R> entries(BiFunction<String, T, R> write) {
        List<R> entries = new ArrayList<>();
        entries.add(write.apply(STANDARD_KEY, standard));
        exceptions.forEach((range, value) -> entries.add(write.apply(range.toString(), value)));
        return entries;
    }

    /** What is wrong with the ranges in a model of {@code layers} layers; empty where nothing is. */
    public Optional<String> violation(int layers) {
        List<Range> ranges = List.copyOf(exceptions.keySet());
        for (int i = 0; i < ranges.size(); i++) {
            Range range = ranges.get(i);
            if (range.first >= layers || range.last.isPresent() && range.last.get() >= layers) {
                return Optional.of(Text.format("the range '%s' reaches beyond the last of %d layer%s; layers are %s", range, layers, layers == 1 ? "" : "s",
                        layers == 0 ? "none" : layers == 1 ? "0" : "0 … " + (layers - 1)));
            }
            for (Range other : ranges.subList(0, i)) {
                if (range.overlaps(other)) {
                    return Optional.of(Text.format("the ranges '%s' and '%s' overlap; each layer may be named once", other, range));
                }
            }
        }
        return Optional.empty();
    }

    /** {@code pre}, or {@code {default: pre, 0-2: post}}. */
    @Override
    public String toString() {
        return isUniform() ? String.valueOf(standard) : "{" + String.join(", ", entries((key, value) -> key + ": " + value)) + "}";
    }
}
