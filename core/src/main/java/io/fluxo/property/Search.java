package io.fluxo.property;

import io.fluxo.property.Outcome.Fail;
import io.fluxo.property.Outcome.Pass;
import io.fluxo.property.Outcome.Vacuous;
import io.fluxo.random.RandomKey;
import java.util.Optional;
import java.util.stream.Stream;

/** Runs one property: draws its cases, and looks for the smallest one that fails. */
final class Search<T> {

    /** Checks spent on shrinking at most, so that a slow check stays bearable. */
    private static final int SHRINKING_CHECKS = 2_000;

    private final Property<T> property;
    private int passed;
    private int failed;
    private int vacuous;
    private int shrinkingChecks;
    private String why = "none was tried";

    Search(Property<T> property) {
        this.property = property;
    }

    Report<T> forAll(long seed, int trials) {
        for (int i = 0; i < trials; i++) {
            Drawn<T> drawn = draw(caseSeed(seed, i));
            switch (judge(drawn)) {
                case Pass pass -> passed++;
                case Vacuous(String reason) -> skip(reason);
                case Fail(String reason) -> {
                    return shrink(drawn, reason, caseSeed(seed, i));
                }
            }
        }
        return passed == 0 ? untested() : new Report.Holds<>(property.name(), passed, vacuous);
    }

    Report<T> exists(long seed, int trials) {
        for (int i = 0; i < trials; i++) {
            Drawn<T> drawn = draw(caseSeed(seed, i));
            switch (judge(drawn)) {
                case Pass pass -> {
                    return new Report.Witness<>(property.name(), drawn.value(), caseSeed(seed, i));
                }
                case Vacuous(String reason) -> skip(reason);
                case Fail(String reason) -> {
                    failed++;
                    why = reason;
                }
            }
        }
        return failed == 0 ? untested() : new Report.NotFound<>(property.name(), failed, vacuous, why);
    }

    /** The first case's seed is the run's own, so that any case's seed can stand as a run's; 31 bits, so that a person can type it. */
    private static long caseSeed(long seed, int i) {
        return i == 0 ? seed : RandomKey.of(seed).bits(i) >>> 33;
    }

    private Drawn<T> draw(long caseSeed) {
        return property.generator().draw(RandomKey.of(caseSeed));
    }

    private void skip(String reason) {
        vacuous++;
        if (failed == 0) {
            why = reason;
        }
    }

    private Report<T> untested() {
        return new Report.Untested<>(property.name(), vacuous, why);
    }

    private Outcome judge(Drawn<T> drawn) {
        try {
            return property.check().apply(drawn.value());
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the case
        } catch (RuntimeException | Error thrown) {
            return Outcome.fail("it threw " + thrown);
        }
    }

    /** Goes to the first simpler case that fails too, as often as there is one. */
    private Report<T> shrink(Drawn<T> drawn, String reason, long caseSeed) {
        Failing<T> original = new Failing<>(drawn, reason);
        Failing<T> smallest = original;
        int shrinks = 0;
        Optional<Failing<T>> simpler = simpler(original);
        while (simpler.isPresent()) {
            smallest = simpler.get();
            shrinks++;
            simpler = simpler(smallest);
        }
        return new Report.Refuted<>(property.name(), smallest.counterexample(), original.counterexample(), caseSeed, passed, shrinks,
                shrinkingChecks < SHRINKING_CHECKS);
    }

    private Optional<Failing<T>> simpler(Failing<T> failing) {
        return failing.drawn.simpler().takeWhile(candidate -> shrinkingChecks < SHRINKING_CHECKS)
                .flatMap(candidate -> {
                    shrinkingChecks++;
                    return judge(candidate) instanceof Fail(String reason) ? Stream.of(new Failing<>(candidate, reason)) : Stream.empty();
                })
                .findFirst();
    }

    private record Failing<T>(Drawn<T> drawn, String reason) {
        Counterexample<T> counterexample() {
            return new Counterexample<>(drawn.value(), reason);
        }
    }
}
