package io.fluxo.experiments.study;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.FileKeys;
import io.fluxo.experiments.spec.Study;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * What was tried for each variant before it was measured, and what was chosen. The trials of tuning are trials like others, recorded under ids
 * of their own ({@code tune-gru,training.lr=3e-3}); their seed is the first that no other trial of the study has.
 *
 * @param chosen one for each tuned variant, in the order of the variants
 */
public record Tuning(List<Choice> chosen) {

    public static final Tuning NONE = new Tuning(List.of());

    /**
     * The choice for one variant.
     *
     * @param variant the variant's id
     * @param tried   in the order of the grid
     * @param best    the one of {@code tried} with the least final loss, the first of several; the first of all where none finished
     */
    public record Choice(String variant, List<Attempt> tried, Attempt best) {

        /** The values of {@code attempt} for results, which should not depend on where files lie. */
        private JsonNode shown(Attempt attempt) {
            Map<String, List<Object>> grid = new LinkedHashMap<>();
            attempt.values.keySet().forEach(key -> grid.put(key, tried.stream().map(other -> other.values.get(key)).distinct().toList()));
            return TrialRecord.varied(FileKeys.shown(attempt.values, grid));
        }
    }

    /**
     * @param values dotted key → value
     * @param result of the trial
     */
    public record Attempt(Map<String, Object> values, TrialResult result) {}

    public Tuning {
        chosen = List.copyOf(chosen);
    }

    /** @param results of the study's {@linkplain Trials#tuning tuning trials} */
    public static Tuning of(Study study, List<TrialResult> results) {
        Map<String, TrialResult> byId = new LinkedHashMap<>();
        results.forEach(result -> byId.put(result.trial().id(), result));
        List<Choice> choices = new ArrayList<>();
        TrialIds ids = new TrialIds(study);
        int number = 0;
        for (Study.Cell cell : study.cells()) {
            String variant = ids.variant(cell.vary(), ++number);
            List<Attempt> tried = new ArrayList<>();
            for (Map<String, Object> values : study.tried(cell)) {
                tried.add(new Attempt(values, byId.get(ids.tuning(variant, values, tried.size() + 1))));
            }
            if (!tried.isEmpty()) {
                choices.add(new Choice(variant, List.copyOf(tried), best(tried)));
            }
        }
        return new Tuning(choices);
    }

    private static Attempt best(List<Attempt> tried) {
        Attempt best = tried.getFirst();
        for (Attempt attempt : tried) {
            // NaN, of a trial that did not finish, is less than nothing
            if (attempt.result.finalLoss() < best.result.finalLoss() || Double.isNaN(best.result.finalLoss()) && !Double.isNaN(attempt.result.finalLoss())) {
                best = attempt;
            }
        }
        return best;
    }

    /** What was chosen for {@code variant}; nothing where it was not tuned. */
    public Map<String, Object> values(String variant) {
        return choice(variant).map(choice -> choice.best.values).orElse(Map.of());
    }

    public Optional<Choice> choice(String variant) {
        return chosen.stream().filter(choice -> choice.variant.equals(variant)).findFirst();
    }

    /** For {@code results.json}. */
    public ArrayNode json() {
        ArrayNode rows = Json.array();
        for (Choice choice : chosen) {
            var row = rows.addObject();
            row.put("variant", choice.variant);
            row.set("chosen", choice.shown(choice.best));
            ArrayNode tried = row.putArray("tried");
            for (Attempt attempt : choice.tried) {
                var entry = tried.addObject();
                entry.put("id", attempt.result.trial().id());
                entry.put("seed", attempt.result.trial().seed());
                entry.put("steps", attempt.result.trial().training().steps());
                entry.set("values", choice.shown(attempt));
                entry.put("outcome", io.fluxo.experiments.spec.Values.label(attempt.result.outcome()));
                entry.set("final_loss", Json.number(attempt.result.finalLoss()));
            }
        }
        return rows;
    }
}
