package io.fluxo.conformance;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run of the suite came to, for the author of a backend: operation by operation, in the order in which they are best written. */
final class Summary {

    private static final List<String> COLUMNS = List.of("values", "gradients", "kernel");
    /** A message's part in the table. */
    private static final int LONGEST = 140;

    private final String title;
    private final Map<String, Score> scores = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    /** @param title the backend and the type it was tested in */
    Summary(String title) {
        this.title = title;
    }

    /** @param section one of {@link #COLUMNS} for what is asked of an operation; of other checks the group they come in, which is their row */
    void passed(String section, String subject) {
        score(section, subject).passed(column(section));
    }

    void failed(String section, String subject, String message, List<String> refused) {
        String line = message.lines().findFirst().orElse("");
        score(section, subject).failed(column(section), line.length() <= LONGEST ? line : line.substring(0, LONGEST - 1) + "…", refused);
        failures.add(Text.format("%s: %s%s", section, line, refused.isEmpty() ? "" : "   [refused: " + String.join(", ", refused) + "]"));
    }

    private Score score(String section, String subject) {
        return scores.computeIfAbsent(COLUMNS.contains(section) ? subject : section, Score::new);
    }

    private static String column(String section) {
        return COLUMNS.contains(section) ? section : COLUMNS.getFirst();
    }

    private List<Score> rows() {
        return scores.values().stream().sorted(Comparator.comparingInt(score -> Order.of(score.subject()))).toList();
    }

    private int checks() {
        return scores.values().stream().mapToInt(Score::checks).sum();
    }

    boolean allPassed() {
        return failures.isEmpty();
    }

    /** One line: how much passed, and what to do next. */
    String headline() {
        if (allPassed()) {
            return Text.format("conformance of %s: all %,d checks passed", title, checks());
        }
        Optional<Score> next = rows().stream().filter(Score::isNext).findFirst();
        return Text.format("conformance of %s: %,d of %,d checks failed%s", title, failures.size(), checks(), next.map(score -> "; next: " + score.subject()).orElse(""));
    }

    /** The headline and a row for each operation, then for each group of other checks. */
    String table() {
        List<String[]> cells = new ArrayList<>();
        cells.add(new String[] {"operation", COLUMNS.get(0), COLUMNS.get(1), COLUMNS.get(2), ""});
        rows().forEach(score -> cells.add(new String[] {score.subject(), score.share(COLUMNS.get(0)), score.share(COLUMNS.get(1)), score.share(COLUMNS.get(2)),
                score.verdict()}));
        StringBuilder text = new StringBuilder(headline()).append(System.lineSeparator());
        for (String[] row : cells) {
            text.append(Text.format("  %-16s %9s %10s %8s   %s", (Object[]) row).stripTrailing()).append(System.lineSeparator());
        }
        return text.toString();
    }

    /** The table, and below it every failure on a line of its own. */
    String everything() {
        return table() + (failures.isEmpty() ? "" : System.lineSeparator() + String.join(System.lineSeparator(), failures) + System.lineSeparator());
    }
}
