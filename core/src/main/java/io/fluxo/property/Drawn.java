package io.fluxo.property;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A value with the choices that it was made of. Simpler values are made of fewer choices, or of lower ones. */
public final class Drawn<T> {

    /** Below this, every lower choice is tried; above, ever smaller steps down. */
    private static final int FEW = 8;

    private final Generator<T> generator;
    private final T value;
    private final List<Integer> choices;
    private final List<Choices.Span> spans;

    private Drawn(Generator<T> generator, T value, List<Integer> choices, List<Choices.Span> spans) {
        this.generator = generator;
        this.value = value;
        this.choices = choices;
        this.spans = spans;
    }

    static <T> Drawn<T> of(Generator<T> generator, Choices choices) {
        T value = generator.from(choices);
        return new Drawn<>(generator, value, choices.made(), choices.spans());
    }

    public T value() {
        return value;
    }

    /**
     * Simpler values, the simplest first: without an element of a list, with one choice lowered, with two choices lowered by as much. Each
     * has fewer choices than this one, or as many and is less in the order of a dictionary; that order has a bottom, so shrinking ends.
     */
    public Stream<Drawn<T>> simpler() {
        return Stream.of(withoutElements(), lowered(), loweredTogether()).flatMap(candidates -> candidates)
                .map(candidate -> of(generator, Choices.replay(candidate)))
                .filter(candidate -> candidate.isSimplerThan(this));
    }

    private Stream<List<Integer>> withoutElements() {
        return spans.stream().map(span -> {
            List<Integer> rest = new ArrayList<>(choices.subList(0, span.from()));
            rest.addAll(choices.subList(span.to(), choices.size()));
            return rest;
        });
    }

    private Stream<List<Integer>> lowered() {
        return everyChoice(i -> below(choices.get(i)).mapToObj(lower -> with(i, lower)));
    }

    /** For faults that need two sizes to be equal, or to differ by so much. */
    private Stream<List<Integer>> loweredTogether() {
        return everyChoice(i -> IntStream.range(i + 1, choices.size()).boxed().flatMap(j -> {
            int least = Math.min(choices.get(i), choices.get(j));
            return below(least).mapToObj(lower -> {
                List<Integer> changed = with(i, choices.get(i) - (least - lower));
                changed.set(j, choices.get(j) - (least - lower));
                return changed;
            });
        }));
    }

    private <R> Stream<R> everyChoice(IntFunction<Stream<R>> candidates) {
        return IntStream.range(0, choices.size()).boxed().flatMap(candidates::apply);
    }

    private List<Integer> with(int i, int choice) {
        List<Integer> changed = new ArrayList<>(choices);
        changed.set(i, choice);
        return changed;
    }

    /** Numbers below {@code choice}, rising: all, or 0, a half, three quarters, … and the one before it. */
    private static IntStream below(int choice) {
        return choice <= FEW
                ? IntStream.range(0, choice)
                : IntStream.iterate(choice, step -> step > 0, step -> step / 2).map(step -> choice - step);
    }

    private boolean isSimplerThan(Drawn<T> other) {
        if (choices.size() != other.choices.size()) {
            return choices.size() < other.choices.size();
        }
        Optional<Integer> first = IntStream.range(0, choices.size()).boxed().filter(i -> !choices.get(i).equals(other.choices.get(i))).findFirst();
        return first.isPresent() && choices.get(first.get()) < other.choices.get(first.get());
    }
}
