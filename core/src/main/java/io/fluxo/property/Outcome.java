package io.fluxo.property;

import java.util.function.Supplier;

/** What a check found in one case. */
public sealed interface Outcome {

    /** The claim is true of the case. */
    record Pass() implements Outcome {}

    /**
     * The claim is false of the case.
     *
     * @param reason what was measured, and what it should have been
     */
    record Fail(String reason) implements Outcome {}

    /**
     * The claim says nothing of the case. It counts, but not as a pass.
     *
     * @param reason which assumption is not met
     */
    record Vacuous(String reason) implements Outcome {}

    static Outcome pass() {
        return new Pass();
    }

    static Outcome fail(String reason) {
        return new Fail(reason);
    }

    static Outcome vacuous(String reason) {
        return new Vacuous(reason);
    }

    /** A pass where {@code holds}, else a failure; the reason is only worked out for it. */
    static Outcome passIf(boolean holds, Supplier<String> reason) {
        return holds ? pass() : fail(reason.get());
    }
}
