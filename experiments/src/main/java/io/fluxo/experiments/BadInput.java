package io.fluxo.experiments;

import io.fluxo.text.Spelling;
import io.fluxo.text.Text;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Something the user gave cannot be used. The message says what, where, and what would be right; the program ends with status 2. */
public final class BadInput extends RuntimeException {

    public BadInput(String message) {
        super(message);
    }

    public BadInput(String message, Throwable cause) {
        super(message, cause);
    }

    /** The sentence that follows an unknown name: the closest legal one, if one is close, and all legal ones in their order. */
    public static String legal(String what, String given, Collection<String> legal) {
        String guess = closest(given, legal).map(name -> "; did you mean '" + name + "'?").orElse("");
        return Text.format("%s '%s'%s (legal: %s)", what, given, guess, String.join(", ", legal));
    }

    private static Optional<String> closest(String given, Collection<String> legal) {
        String wanted = given.toLowerCase(Locale.ROOT).replace('-', '_');
        String best = null;
        int least = Math.max(1, Math.min(3, wanted.length() / 3)) + 1;
        for (String name : legal) {
            int distance = Spelling.distance(wanted, name.toLowerCase(Locale.ROOT).replace('-', '_'));
            if (distance < least) {
                best = name;
                least = distance;
            }
        }
        return Optional.ofNullable(best);
    }
}
