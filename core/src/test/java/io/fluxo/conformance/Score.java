package io.fluxo.conformance;

import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/** How one row of the summary stands: an operation in all that is asked of it, or a group of checks that are about no operation. */
final class Score {

    private final String subject;
    private final Map<String, int[]> sections = new LinkedHashMap<>();
    private final List<String> faults = new ArrayList<>();
    private final List<String> refusals = new ArrayList<>();
    private final SequencedSet<String> needed = new LinkedHashSet<>();
    private int failed;

    Score(String subject) {
        this.subject = subject;
    }

    String subject() {
        return subject;
    }

    void passed(String section) {
        count(section)[0]++;
    }

    /** @param refused the operations that the backend refused on the way; where it refused none, the fault is the subject's own */
    void failed(String section, String message, List<String> refused) {
        count(section)[1]++;
        failed++;
        if (refused.contains(subject)) {
            refusals.add(message);
        } else if (refused.isEmpty()) {
            faults.add(message);
        } else {
            needed.addAll(refused);
        }
    }

    private int[] count(String section) {
        return sections.computeIfAbsent(section, name -> new int[2]);
    }

    /** {@code 12/12}; empty where nothing was asked. */
    String share(String section) {
        return Optional.ofNullable(sections.get(section)).map(of -> of[0] + "/" + (of[0] + of[1])).orElse("");
    }

    int checks() {
        return sections.values().stream().mapToInt(of -> of[0] + of[1]).sum();
    }

    int failures() {
        return failed;
    }

    /** Whether something is to be done about the subject itself, and not first about another. */
    boolean isNext() {
        return !faults.isEmpty() || !refusals.isEmpty();
    }

    /** In words: {@code passed}, {@code missing: …}, {@code 3 of 9 failed: …}, {@code needs gather}. */
    String verdict() {
        if (failed == 0) {
            return "passed";
        }
        List<String> parts = new ArrayList<>();
        if (!refusals.isEmpty()) {
            parts.add("missing: " + refusals.getFirst());
        }
        if (!faults.isEmpty()) {
            parts.add(Text.format("%d of %d failed: %s", faults.size(), checks(), faults.getFirst()));
        }
        if (!needed.isEmpty()) {
            parts.add("needs " + needed.stream().collect(Collectors.joining(", ")));
        }
        return String.join("; ", parts);
    }
}
