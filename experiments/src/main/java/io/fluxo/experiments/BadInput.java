package io.fluxo.experiments;

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
            int distance = distance(wanted, name.toLowerCase(Locale.ROOT).replace('-', '_'));
            if (distance < least) {
                best = name;
                least = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Levenshtein's distance with swaps of neighbours as one edit; names longer than any of ours are far from all of them. */
    private static int distance(String a, String b) {
        if (a.length() > 100) {
            return Integer.MAX_VALUE;
        }
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    edits[i][j] = i + j;
                    continue;
                }
                int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                edits[i][j] = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
                }
            }
        }
        return edits[a.length()][b.length()];
    }
}
