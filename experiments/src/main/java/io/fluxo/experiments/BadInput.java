package io.fluxo.experiments;

import io.fluxo.text.Spelling;
import java.util.Collection;

/** Something the user gave cannot be used. The message says what, where, and what would be right; the program ends with status 2. */
public final class BadInput extends RuntimeException {

    public BadInput(String message) {
        super(message);
    }

    public BadInput(String message, Throwable cause) {
        super(message, cause);
    }

    /** {@link Spelling#legal}. */
    public static String legal(String what, String given, Collection<String> legal) {
        return Spelling.legal(what, given, legal);
    }
}
