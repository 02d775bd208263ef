package io.fluxo.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Suggests names that a user may have meant. */
public final class Spelling {

    private Spelling() {}

    /** Those of {@code names} that take the fewest edits to be {@code given}, at most {@code most}, the nearest first. */
    public static List<String> near(String given, Collection<String> names, int most) {
        return names.stream().distinct().sorted(Comparator.<String>comparingInt(name -> distance(given, name)).thenComparing(Comparator.naturalOrder())).limit(most).toList();
    }

    /** The sentence about an unknown name: the closest legal one, if one is close, and all legal ones in their order. */
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
    public static int distance(String a, String b) {
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
