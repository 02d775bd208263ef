package io.fluxo.property;

import java.util.function.Function;

/**
 * A claim about the values of a generator. An exception from the check counts as a failure. A run is a pure function of (property, seed, trials), as
 * long as generator and check are pure functions themselves.
 */
public sealed interface Property<T> {

    String name();

    Generator<T> generator();

    Function<T, Outcome> check();

    /**
     * Tries the property on cases drawn from {@code seed}. A case's own seed, given here, brings that case first: so
     * {@code run(refuted.seed(), 1)} replays a counterexample, shrinks and all.
     */
    Report<T> run(long seed, int trials);

    /** The check passes on every value. The first value on which it fails is shrunk. */
    static <T> ForAll<T> forAll(String name, Generator<T> generator, Function<T, Outcome> check) {
        return new ForAll<>(name, generator, check);
    }

    /** The check passes on some value: the first is the witness. */
    static <T> Exists<T> exists(String name, Generator<T> generator, Function<T, Outcome> check) {
        return new Exists<>(name, generator, check);
    }

    record ForAll<T>(String name, Generator<T> generator, Function<T, Outcome> check) implements Property<T> {
        @Override
        public Report<T> run(long seed, int trials) {
            return new Search<>(this).forAll(seed, trials);
        }
    }

    record Exists<T>(String name, Generator<T> generator, Function<T, Outcome> check) implements Property<T> {
        @Override
        public Report<T> run(long seed, int trials) {
            return new Search<>(this).exists(seed, trials);
        }
    }
}
