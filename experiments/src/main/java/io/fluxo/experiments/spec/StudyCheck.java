package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.model.Violation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether a study can be carried out as it is written: its own keys, and every point of its grid. */
public final class StudyCheck {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private StudyCheck() {}

    /** @throws BadInput that names the first thing that is wrong, and where */
    public static void check(Study study, Registry registry, Locations locations) {
        if (!NAME.matcher(study.name()).matches()) {
            throw locations.complaint("study", "the name '%s' must be 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit"
                    .formatted(study.name()));
        }
        if (study.seeds() < 1) {
            throw locations.complaint("seeds", "must be at least 1, not " + study.seeds());
        }
        for (String measure : study.measure()) {
            if (!Study.MEASURES.contains(measure)) {
                throw locations.complaint("measure", BadInput.legal("unknown measure", measure, Study.MEASURES));
            }
        }
        if (study.cellCount() * study.seeds() > Study.MAX_TRIALS) {
            throw locations.complaint(study.vary().isEmpty() ? "seeds" : "vary", "the grid has %,d points × %,d seeds; at most %,d trials are run"
                    .formatted(study.cellCount(), study.seeds(), Study.MAX_TRIALS));
        }
        Study unvaried = study.withVary(Map.of());
        for (Study.Cell cell : study.cells()) {
            Optional<Violation> violation = violations(cell, registry).findFirst();
            if (violation.isPresent()) {
                throw complaint(study, cell, violation.get(), violations(unvaried.cells().getFirst(), registry).toList(), locations);
            }
        }
    }

    private static BadInput complaint(Study study, Study.Cell cell, Violation violation, List<Violation> ofBase, Locations locations) {
        if (study.vary().containsKey(violation.key())) {
            return locations.complaint("vary." + violation.key(), violation.message());
        }
        if (cell.vary().isEmpty() || ofBase.contains(violation)) {
            return locations.complaint(violation.key(), violation.message());
        }
        String point = cell.vary().entrySet().stream()
                .map(entry -> entry.getKey() + ": " + Values.label(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
        return locations.complaint("vary", "at %s: %s".formatted(point, violation.message()));
    }

    private static Stream<Violation> violations(Study.Cell cell, Registry registry) {
        return Stream.of(
                        prefixed("task.", cell.task().violations()),
                        prefixed("model.", cell.model().violations()),
                        unregistered("model.placement", "placement", cell.model().placement(), registry.placements()),
                        unregistered("model.norm", "norm", cell.model().norm(), registry.norms()),
                        prefixed("training.", cell.training().violations()))
                .flatMap(List::stream);
    }

    private static List<Violation> prefixed(String prefix, List<Violation> violations) {
        return violations.stream().map(violation -> new Violation(prefix + violation.key(), violation.message())).toList();
    }

    private static List<Violation> unregistered(String key, String what, String given, Set<String> legal) {
        return legal.contains(given) ? List.of() : List.of(new Violation(key, BadInput.legal("unknown " + what, given, legal)));
    }
}
