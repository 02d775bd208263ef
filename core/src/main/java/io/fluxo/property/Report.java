package io.fluxo.property;

import io.fluxo.text.Text;

/** The result of running a property. Its {@code toString()} is text for people. */
public sealed interface Report<T> {

    /** The property's name. */
    String property();

    /** Whether the property is affirmed: by all cases that were tried, or by a witness. */
    default boolean affirmed() {
        return switch (this) {
            case Holds<T> holds -> true;
            case Witness<T> witness -> true;
            case Refuted<T> refuted -> false;
            case Untested<T> untested -> false;
            case NotFound<T> notFound -> false;
        };
    }

    /**
     * Every case passed, or was vacuous; at least one passed.
     *
     * @param cases   cases that passed
     * @param vacuous cases the claim says nothing of
     */
    record Holds<T>(String property, int cases, int vacuous) implements Report<T> {
        @Override
        public String toString() {
            return Text.format("%s: holds in %d cases%s", property, cases, vacuous == 0 ? "" : Text.format("; %d more were vacuous", vacuous));
        }
    }

    /**
     * A case failed.
     *
     * @param smallest what the case was shrunk to
     * @param original the case as it was drawn
     * @param seed     the case's seed
     * @param passed   cases that passed before it
     * @param shrinks  how often the case was simplified
     * @param minimal  whether every case that is simpler by one step was tried and does not fail; false where the search was cut short
     */
    record Refuted<T>(String property, Counterexample<T> smallest, Counterexample<T> original, long seed, int passed, int shrinks,
                      boolean minimal) implements Report<T> {
        @Override
        public String toString() {
            String refutation = Text.format("%s: refuted by%n    %s%n  because%n    %s", property, smallest.value(), smallest.reason());
            String origin = shrinks == 0 ? ""
                    : Text.format("%n  shrunk in %d steps%s from%n    %s", shrinks, minimal ? "" : " (cut short)", original.value());
            return Text.format("%s%s%n  seed %d replays it", refutation, origin, seed);
        }
    }

    /**
     * Nothing is known: no case was tried, or the claim says nothing of any.
     *
     * @param vacuous how many cases there were
     * @param reason  why the last one was vacuous
     */
    record Untested<T>(String property, int vacuous, String reason) implements Report<T> {
        @Override
        public String toString() {
            return Text.format("%s: untested, all %d cases were vacuous: %s", property, vacuous, reason);
        }
    }

    /**
     * A case passed, which is all that was wanted.
     *
     * @param value the case
     * @param seed  its seed
     */
    record Witness<T>(String property, T value, long seed) implements Report<T> {
        @Override
        public String toString() {
            return Text.format("%s: witnessed by%n    %s%n  seed %d replays it", property, value, seed);
        }
    }

    /**
     * No case passed. That is no proof that there is none.
     *
     * @param cases   cases that failed
     * @param vacuous cases the claim says nothing of
     * @param reason  what was measured on the last one that failed
     */
    record NotFound<T>(String property, int cases, int vacuous, String reason) implements Report<T> {
        @Override
        public String toString() {
            return Text.format("%s: no witness in %d cases%s; the last: %s", property, cases,
                    vacuous == 0 ? "" : Text.format("; %d more were vacuous", vacuous), reason);
        }
    }
}
