package io.fluxo.experiments.compare.row;

import io.fluxo.text.Text;

/**
 * What is said where there are no figures. Of a backend that throws: what it does not have it declares by an {@link UnsupportedOperationException}; anything else is a
 * bug.
 *
 * @param note for a row: the exception with its message
 */
public record Failure(CompareVerdict verdict, String note) {

    public static Failure of(Throwable thrown) {
        return switch (thrown) {
            case OutOfMemoryError noFault -> throw noFault;                                  // of the machine, not of the backend
            case UnsupportedOperationException declared -> new Failure(CompareVerdict.UNSUPPORTED, declared.getMessage() == null ? declared.toString() : declared.getMessage());
            default -> new Failure(CompareVerdict.BUG, Text.format("it fails: %s", thrown));
        };
    }
}
