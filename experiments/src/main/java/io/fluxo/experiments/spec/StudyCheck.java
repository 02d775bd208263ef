package io.fluxo.experiments.spec;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.model.Violation;
import io.fluxo.text.Text;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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
            throw locations.complaint("study", Text.format("the name '%s' must be 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
                    study.name()));
        }
        if (study.seeds() < 1) {
            throw locations.complaint("seeds", "must be at least 1, not " + study.seeds());
        }
        for (String measure : study.measure()) {
            if (!Study.MEASURES.contains(measure)) {
                throw locations.complaint("measure", BadInput.legal("unknown measure", measure, Study.MEASURES));
            }
        }
        if (study.trialCount() > Study.MAX_TRIALS) {
            throw locations.complaint(study.vary().isEmpty() ? "seeds" : "vary", Text.format("the study asks for %,d trials; at most %,d trials are run",
                    study.trialCount(), Study.MAX_TRIALS));
        }
        checkVariants(study, locations);
        checkTune(study, locations);
        refuseIdleTaskKeys(study, locations);
        List<Violation> ofBase = violations(study.withVary(Map.of()).withVariants(Map.of()).cells().getFirst(), registry).toList();
        for (Study.Cell cell : study.cells()) {
            Optional<Violation> violation = violations(cell, registry).findFirst();
            if (violation.isPresent()) {
                throw complaint(study, cell, violation.get(), ofBase, locations);
            }
            for (Map<String, Object> tried : study.tried(cell)) {
                violations(cell.with(tried), registry).findFirst().ifPresent(tuned -> {
                    String key = study.tune().instead().containsKey(cell.variant()) ? "tune.instead." + cell.variant() : "tune.over";
                    throw locations.complaint(key, Text.format("at %s: %s", shown(tried), tuned.message()));
                });
            }
        }
    }

    private static void checkVariants(Study study, Locations locations) {
        study.variants().forEach((name, values) -> {
            if (!NAME.matcher(name).matches()) {
                throw locations.complaint("variants." + name, "a variant's name must be 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter"
                        + " or digit");
            }
            values.keySet().stream().filter(study.vary()::containsKey).findFirst().ifPresent(key -> {
                throw locations.complaint(Text.format("variants.%s.%s", name, key), Text.format("the key is varied too (vary.%s): one of them has to go", key));
            });
        });
    }

    private static void checkTune(Study study, Locations locations) {
        Tune tune = study.tune();
        if (tune.over().isEmpty() && tune.instead().isEmpty()) {
            return;
        }
        if (tune.steps() < 1) {
            throw locations.complaint("tune.steps", "must be at least 1, the optimizer steps of one trial, not " + tune.steps());
        }
        tune.instead().keySet().stream().filter(name -> !study.variants().containsKey(name)).findFirst().ifPresent(name -> {
            throw locations.complaint("tune.instead." + name, BadInput.legal("there is no variant", name, study.variants().keySet()));
        });
        Stream.concat(Stream.of(tune.over()), tune.instead().values().stream()).flatMap(grid -> grid.keySet().stream()).forEach(key -> {
            if (study.vary().containsKey(key) || key.equals("training.steps")) {
                throw locations.complaint("tune", Text.format("%s cannot be tuned: %s", key,
                        study.vary().containsKey(key) ? "it is varied" : "the budget is the same for all"));
            }
        });
    }

    /** A key of the task that no kind in the study reads would be passed over in silence. */
    private static void refuseIdleTaskKeys(Study study, Locations locations) {
        Set<TaskSpec.Kind> kinds = study.cells().stream().map(cell -> cell.task().kind()).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> read = kinds.stream().flatMap(kind -> kind.keys().stream()).collect(Collectors.toCollection(TreeSet::new));
        Map<String, Object> defaults = RecordKeys.values(TaskSpec.DEFAULT);
        RecordKeys.values(study.task()).forEach((key, value) -> {
            String path = "task." + key;
            boolean given = study.vary().containsKey(path) || !value.equals(defaults.get(key));
            if (given && !key.equals("kind") && !read.contains(key)) {
                throw locations.complaint(study.vary().containsKey(path) ? "vary." + path : path, Text.format("the kind %s does not read it (legal: %s)",
                        kinds.stream().map(Values::label).collect(Collectors.joining(", ")), String.join(", ", read)));
            }
        });
    }

    private static BadInput complaint(Study study, Study.Cell cell, Violation violation, List<Violation> ofBase, Locations locations) {
        if (study.vary().containsKey(violation.key())) {
            return locations.complaint("vary." + violation.key(), violation.message());
        }
        if (!study.compares() || ofBase.contains(violation)) {
            return locations.complaint(violation.key(), violation.message());
        }
        if (study.variants().getOrDefault(cell.variant(), Map.of()).containsKey(violation.key())) {
            return locations.complaint(Text.format("variants.%s.%s", cell.variant(), violation.key()), violation.message());
        }
        return study.vary().isEmpty()
                ? locations.complaint("variants." + cell.variant(), violation.message())
                : locations.complaint("vary", Text.format("at %s: %s", shown(cell.vary()), violation.message()));
    }

    private static String shown(Map<String, Object> point) {
        return point.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + Values.label(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static Stream<Violation> violations(Study.Cell cell, Registry registry) {
        return Stream.of(
                        prefixed("task.", cell.task().violations()),
                        prefixed("model.", cell.model().violations(io.fluxo.model.Catalog.STANDARD)),
                        unregistered("model.placement", "placement", cell.model().placement().values(), registry.placements()),
                        unregistered("model.norm", "norm", cell.model().norm().values(), registry.norms()),
                        prefixed("training.", cell.training().violations()))
                .flatMap(List::stream);
    }

    private static List<Violation> prefixed(String prefix, List<Violation> violations) {
        return violations.stream().map(violation -> new Violation(prefix + violation.key(), violation.message())).toList();
    }

    private static List<Violation> unregistered(String key, String what, Collection<String> given, Set<String> legal) {
        return given.stream().filter(name -> !legal.contains(name)).map(name -> new Violation(key, BadInput.legal("unknown " + what, name, legal))).toList();
    }
}
