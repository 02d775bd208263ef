package io.fluxo.property;

import io.fluxo.random.RandomKey;
import java.util.List;
import java.util.function.Function;

/**
 * Makes values out of {@link Choices}, and of nothing else: the same choices give the same value. A record is made field by field,
 * {@code choices -> new Point(choices.integer(0, 9), choices.integer(0, 9))}, and is shrunk field by field in that order; what is made first
 * is simplified first. An alternative that is simpler should need no more choices than one that is less so.
 */
@FunctionalInterface
public interface Generator<T> {

    T from(Choices choices);

    /** The value of {@code key}. */
    default Drawn<T> draw(RandomKey key) {
        return Drawn.of(this, Choices.random(key));
    }

    /** The value of the simplest choices. */
    default T simplest() {
        return from(Choices.replay(List.of()));
    }

    /** {@code function} of this generator's values; shrunk as they are. */
    default <R> Generator<R> map(Function<? super T, ? extends R> function) {
        return choices -> function.apply(from(choices));
    }

    /** A value of the generator that {@code function} gives for a value of this one. */
    default <R> Generator<R> flatMap(Function<? super T, Generator<R>> function) {
        return choices -> function.apply(from(choices)).from(choices);
    }

    /** Lists of {@code least} to {@code most} values. */
    default Generator<List<T>> list(int least, int most) {
        return choices -> choices.list(this, least, most);
    }

    /** Numbers from {@code least}, the simplest, to {@code most}; both ends come often. */
    static Generator<Integer> integers(int least, int most) {
        return choices -> choices.integer(least, most);
    }

    /** One of {@code values}, the simplest first. */
    static <T> Generator<T> oneOf(List<T> values) {
        List<T> all = List.copyOf(values);
        return choices -> choices.oneOf(all);
    }

    /** A value of one of {@code generators}, the simplest first. */
    static <T> Generator<T> anyOf(List<Generator<T>> generators) {
        return choices -> choices.oneOf(generators).from(choices);
    }
}
