package io.fluxo.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** What a misspelt name was perhaps meant to be: the legal name that takes the fewest insertions, deletions and replacements of a character. */
final class Nearest {

    // names may come from a hostile file: the search ends
    private static final int LONGEST_COMPARED = 200;
    private static final int MOST_COMPARED = 10_000;

    private Nearest() {}

    static Optional<String> to(String name, Collection<String> legal) {
        String compared = name.substring(0, Math.min(name.length(), LONGEST_COMPARED));
        return legal.stream().limit(MOST_COMPARED)
                .min(Comparator.<String>comparingInt(candidate -> distance(compared, candidate)).thenComparing(Comparator.naturalOrder()));
    }

    /** The edit distance of Levenshtein, row by row. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
