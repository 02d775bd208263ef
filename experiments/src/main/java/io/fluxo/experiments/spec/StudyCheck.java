package io.fluxo.experiments.spec;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.plugin.Catalog;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Key;
import io.fluxo.setting.Values;
import io.fluxo.setting.Violation;
import io.fluxo.proof.AttentionCheck;
import io.fluxo.proof.ResidualCheck;
import io.fluxo.text.Text;
import java.util.LinkedHashMap;
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

    private static <T> void requireLegal(Study study, Key<T> key, Locations locations) {
        key.type().objections(study.inquiry().get(key)).forEach(objection -> {
            throw locations.complaint(key.name(), objection);
        });
    }

    /** @throws BadInput that names the first thing that is wrong, and where */
    public static void check(Study study, Catalog catalog, Locations locations) {
        if (!NAME.matcher(study.name()).matches()) {
            throw locations.complaint("study", Text.format("the name '%s' must be 1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit",
                    study.name()));
        }
        List.of(Inquiry.SEEDS, Inquiry.MOST_SEEDS, Inquiry.MARGIN).forEach(key -> requireLegal(study, key, locations));
        if (study.mostSeeds() > 0 && study.mostSeeds() <= study.seeds()) {
            throw locations.complaint("most_seeds", Text.format("must be more than seeds, %d, which are trained first; leave it out to add none", study.seeds()));
        }
        if (!study.compares() && (study.mostSeeds() > 0 || study.margin() > 0)) {
            throw locations.complaint(study.mostSeeds() > 0 ? "most_seeds" : "margin", "nothing is compared: vary something, or leave it out");
        }
        for (String measure : study.measure()) {
            if (!Inquiry.measures(catalog).contains(measure)) {
                throw locations.complaint("measure", BadInput.legal("unknown measure", measure, Inquiry.measures(catalog)));
            }
        }
        SamplingCheck.check(study, locations); // before trials are counted
        if (study.trialCount() > Study.MAX_TRIALS) {
            throw locations.complaint(study.tune().sampling().draws() ? "tune.trials" : study.vary().isEmpty() ? "seeds" : "vary", Text.format("the study asks for %,d trials; at most %,d trials are run",
                    study.trialCount(), Study.MAX_TRIALS));
        }
        checkVariants(study, locations);
        checkComparison(study, locations);
        checkTune(study, locations);
        List<Violation> ofBase = violations(study.withVary(Map.of()).withVariants(Map.of()).cells().getFirst(), catalog).toList();
        for (Study.Cell cell : study.cells()) {
            Optional<Violation> violation = violations(cell, catalog).findFirst();
            if (violation.isPresent()) {
                throw complaint(study, cell, violation.get(), ofBase, locations);
            }
            for (Map<String, Object> tried : study.tried(cell)) {
                violations(cell.with(tried), catalog).findFirst().ifPresent(tuned -> {
                    String key = study.tune().instead().containsKey(cell.variant()) ? "tune.instead." + cell.variant() : "tune.over";
                    throw locations.complaint(key, Text.format("at %s: %s", shown(tried), tuned.message()));
                });
            }
        }
        ConditionCheck.check(study, catalog, locations);
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

    /** Which figures a task's examination has is known when the task is open; see {@code StudyTrials}. */
    private static void checkComparison(Study study, Locations locations) {
        if (!Study.COMPARABLE.matcher(study.compareOn()).matches()) {
            throw locations.complaint("compare_on", BadInput.legal("variants cannot be compared on", study.compareOn(),
                    List.of(Study.FINAL_LOSS, Study.VALIDATION_LOSS, "exam_loss", "exam_accuracy")) + ", or a figure such as accuracy_at_32_pairs");
        }
        boolean validated = study.cells().stream().allMatch(cell -> cell.training().get(EVAL_EVERY) > 0);
        if (study.compareOn().equals(Study.VALIDATION_LOSS) && !validated) {
            throw locations.complaint("compare_on", "validation_loss needs training.eval_every of at least 1 in every variant: there is no validation without it");
        }
    }

    private static void checkTune(Study study, Locations locations) {
        Tune tune = study.tune();
        Set<String> tuned = tune.keys();
        tune.bounded().forEach((key, reason) -> {
            if (!tuned.contains(key)) {
                throw locations.complaint("tune.bounded." + key, BadInput.legal("nothing is tried for", key, tuned));
            }
            if (reason.isBlank()) {
                throw locations.complaint("tune.bounded." + key, "must say why its values end where they do");
            }
        });
        Tune.EXTEND.objections(tune.extend()).forEach(objection -> {
            throw locations.complaint("tune.extend", objection);
        });
        Tune.SEEDS.objections(tune.seeds()).forEach(objection -> {
            throw locations.complaint("tune.seeds", objection);
        });
        if (tuned.isEmpty() && tune.instead().isEmpty()) {
            Map<String, Boolean> idle = new LinkedHashMap<>(Map.of("tune.steps", tune.steps() > 0));
            idle.put("tune.extend", tune.extend() > 0);
            idle.put("tune.seeds", tune.seeds() > 1);
            idle.entrySet().stream().filter(Map.Entry::getValue).findFirst().ifPresent(key -> {
                throw locations.complaint(key.getKey(), "does nothing without tune.over or tune.instead");
            });
            return;
        }
        if (tune.extend() > 0 && Stream.concat(Stream.of(tune.over()), tune.instead().values().stream()).allMatch(grid -> tune.extendable(grid).isEmpty())) {
            throw locations.complaint("tune.extend", "does nothing: no key has several numbers to go on from, or tune.bounded says why it does not");
        }
        if (tune.steps() < 1) {
            throw locations.complaint("tune.steps", "must be at least 1, the optimizer steps of one trial, not " + tune.steps());
        }
        tune.instead().keySet().stream().filter(name -> !study.variants().containsKey(name)).findFirst().ifPresent(name -> {
            throw locations.complaint("tune.instead." + name, BadInput.legal("there is no variant", name, study.variants().keySet()));
        });
        tuned.forEach(key -> {
            if (study.vary().containsKey(key) || key.equals("training.steps")) {
                throw locations.complaint("tune", Text.format("%s cannot be tuned: %s", key,
                        study.vary().containsKey(key) ? "it is varied" : "the budget is the same for all"));
            }
        });
    }

    /** What forbids {@code cell}, the first of it; empty where nothing does. */
    public static Optional<Violation> violation(Study.Cell cell, Catalog catalog) {
        return violations(cell, catalog).findFirst();
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

    /**
     * The complaint about one model of a study, at the place that gave it the key.
     *
     * @param vary the model's place on the study's axes
     */
    public static BadInput complaint(Study study, Map<String, Object> vary, Violation violation, Locations locations) {
        String key = violation.key();
        String variant = (String) vary.getOrDefault(Study.VARIANTS, "");
        String message = study.compares() ? Text.format("at %s: %s", shown(vary), violation.message()) : violation.message();
        if (study.vary().containsKey(key)) {
            return locations.complaint("vary." + key, message);
        }
        if (study.variants().getOrDefault(variant, Map.of()).containsKey(key)) {
            return locations.complaint(Text.format("variants.%s.%s", variant, key), message);
        }
        if (study.tune().keys(variant).contains(key)) {
            return locations.complaint((study.tune().instead().containsKey(variant) ? "tune.instead." + variant : "tune.over") + "." + key, message);
        }
        return locations.complaint(key, message);
    }

    /**
     * Why {@code values} could not be tried for {@code cell} if they were written, the first reason; empty where they could.
     *
     * @param values dotted key → value, of the key's type
     */
    public static Optional<String> obstacle(Study.Cell cell, Map<String, Object> values, Catalog catalog) {
        Study.Cell tried = cell.with(values);
        return violations(tried, catalog).map(Violation::message).findFirst()
                .or(() -> IdleKeys.unread(tried, catalog).entrySet().stream().filter(entry -> values.containsKey(entry.getKey())).map(Map.Entry::getValue).findFirst());
    }

    static String shown(Map<String, Object> point) {
        return point.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + Values.label(entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static Stream<Violation> violations(Study.Cell cell, Catalog catalog) {
        return Stream.of(
                        prefixed("task.", cell.task().violations(catalog)),
                        prefixed("model.", violations(cell.model(), catalog)),
                        prefixed("training.", cell.training().violations(catalog)))
                .flatMap(List::stream);
    }

    private static List<Violation> violations(ModelSpec model, Catalog catalog) {
        List<Violation> impossible = model.violations(catalog);
        return impossible.isEmpty()
                ? Stream.concat(ResidualCheck.violations(model, catalog).stream(), AttentionCheck.violations(model, catalog).stream()).toList() : impossible;
    }

    private static List<Violation> prefixed(String prefix, List<Violation> violations) {
        return violations.stream().map(violation -> new Violation(prefix + violation.key(), violation.message())).toList();
    }
}
