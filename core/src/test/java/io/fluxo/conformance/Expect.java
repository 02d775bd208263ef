package io.fluxo.conformance;

/** Expects failures. */
final class Expect {

    private Expect() {}

    /** Throws unless {@code action} fails with a {@code type} whose message has all of {@code parts}. */
    static void failure(String what, Class<? extends RuntimeException> type, Runnable action, String... parts) {
        try {
            action.run();
        } catch (RuntimeException failure) {
            if (!type.isInstance(failure)) {
                throw new AssertionError("%s: expected %s, got %s".formatted(what, type.getSimpleName(), failure), failure);
            }
            for (String part : parts) {
                if (failure.getMessage() == null || !failure.getMessage().contains(part)) {
                    throw new AssertionError("%s: the message should say '%s': %s".formatted(what, part, failure.getMessage()), failure);
                }
            }
            return;
        }
        throw new AssertionError("%s: expected a failure (%s), but nothing was wrong".formatted(what, type.getSimpleName()));
    }
}
