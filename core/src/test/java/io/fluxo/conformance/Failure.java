package io.fluxo.conformance;

import io.fluxo.text.Text;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A check that failed.
 *
 * @param check  what was checked
 * @param thrown by the backend, or by the check itself
 */
record Failure(String check, Throwable thrown) {

    /** How many of one subject's failures are told one by one. */
    private static final int TOLD = 5;

    /** In one line, beginning with the check's name. */
    String line() {
        String said = thrown instanceof AssertionError && thrown.getMessage() != null ? thrown.getMessage() : thrown.toString();
        String first = said.lines().findFirst().orElse("");
        return first.startsWith(check) ? first : check + ": " + first;
    }

    /** One error for several checks of one subject: their lines, and where the first was thrown, up to the suite. */
    static AssertionError together(List<Failure> failures, int checks) {
        String lines = failures.stream().limit(TOLD).map(failure -> System.lineSeparator() + "  " + failure.line()).collect(Collectors.joining());
        String more = failures.size() > TOLD ? Text.format("%n  … and %d more", failures.size() - TOLD) : "";
        AssertionError error = new AssertionError(Text.format("%d of %d checks failed:%s%s", failures.size(), checks, lines, more));
        error.setStackTrace(outside(failures.getFirst().thrown()));
        return error;
    }

    /** The frames that are not the suite's, nor of what runs it. */
    private static StackTraceElement[] outside(Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace()).takeWhile(frame -> !frame.getClassName().startsWith("io.fluxo.conformance.Backend"))
                .filter(frame -> !frame.getClassName().startsWith(Failure.class.getPackageName() + ".")).limit(12).toArray(StackTraceElement[]::new);
    }
}
