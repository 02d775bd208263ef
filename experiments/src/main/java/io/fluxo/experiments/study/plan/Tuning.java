package io.fluxo.experiments.study.plan;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.FileKeys;
import io.fluxo.experiments.spec.Sampling;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.trial.TrialRecord;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.setting.Values;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
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
 * @param study   whose variants are tuned
 * @param chosen  one for each variant whose search has ended, in the order of the variants
 * @param open    what is to be tried next; empty once everything is chosen
 */
public record Tuning(Study study, List<TunedChoice> chosen, List<Open> open) {

    public static final Tuning NONE = new Tuning(Study.DEFAULT, List.of(), List.of());

    /**
     * A setting that is to be tried.
     *
     * @param cell the variant, with the values and steps of this trial
     * @param id   the trial's
     */
    public record Open(Study.Cell cell, String id) {}

    /**
     * The choice for one variant.
     *
     * @param variant the variant's id
     * @param tried   in the order of the grid
     * @param best    the one of {@code tried} with the least loss, the first of several; the first of all where none finished
     * @param edges   where {@code best} lies at the edge of what was tried
     */
    public record TunedChoice(String variant, List<Attempt> tried, Attempt best, List<Edge> edges) {

        /** The values of {@code attempt} for results, which should not depend on where files lie. */
        private JsonNode shown(Study study, Attempt attempt) {
            Map<String, List<Object>> grid = new LinkedHashMap<>();
            attempt.values.keySet().forEach(key -> grid.put(key, tried.stream().map(other -> other.values.get(key)).distinct().toList()));
            return TrialRecord.varied(FileKeys.shown(study, attempt.values, grid));
        }
    }

    /**
     * A chosen number beyond which nothing was tried: a better one may lie there.
     *
     * @param largest whether it is the largest number tried, and not the smallest
     */
    public record Edge(String key, Object value, boolean largest) {}

    /**
     * @param values dotted key → value
     * @param result of the trial
     */
    public record Attempt(Map<String, Object> values, TrialResult result) {

        /** Infinite where the trial did not finish, or has no such loss. */
        public double loss(String measure) {
            double loss = result.outcome() == TrialStatus.FINISHED ? result.measure(measure) : Double.NaN;
            return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
        }

        /** Optimizer steps that its trial was asked for. */
        public int steps() {
            return result.trial().training().get(STEPS);
        }
    }

    public Tuning {
        chosen = List.copyOf(chosen);
        open = List.copyOf(open);
    }

    /** @param results of the trials that were {@linkplain #open asked for} until now, each with the study's own results before it */
    public static Tuning of(Study study, List<TrialResult> results) {
        Map<String, TrialResult> byId = new LinkedHashMap<>();
        results.forEach(result -> byId.put(result.trial().id(), result));
        List<TunedChoice> choices = new ArrayList<>();
        List<Open> open = new ArrayList<>();
        TrialIds ids = new TrialIds(study);
        int number = 0;
        for (Study.Cell cell : study.cells()) {
            TrialIds.Name variant = ids.variant(++number);
            Searched searched = searched(study, cell, ids, variant, byId);
            open.addAll(searched.open);
            if (searched.open.isEmpty() && !searched.tried.isEmpty()) {
                Attempt best = best(finalists(searched.tried, study.tunedOn()), study.tunedOn());
                choices.add(new TunedChoice(variant.shown(), List.copyOf(searched.tried), best, edges(study, cell.variant(), best)));
            }
        }
        return new Tuning(study, choices, open);
    }

    /** One variant: what was tried, and what is to be tried next. */
    private record Searched(List<Attempt> tried, List<Open> open) {}

    /** Repeats the search of {@code cell} until a round of it is not in {@code results}, or to its end. */
    private static Searched searched(Study study, Study.Cell cell, TrialIds ids, TrialIds.Name variant, Map<String, TrialResult> results) {
        Search search = Search.of(study, cell);
        boolean rungs = study.tune().sampling().method() == Sampling.Method.HALVING;
        List<Attempt> tried = new ArrayList<>();
        while (true) {
            List<Open> open = new ArrayList<>();
            List<Attempt> made = new ArrayList<>();
            for (Search.Point point : search.next(List.copyOf(tried))) {
                int number = tried.size() + open.size() + made.size() + 1;
                String id = rungs ? ids.tuning(variant, point.values(), point.steps(), number) : ids.tuning(variant, point.values(), number);
                if (results.containsKey(id)) {
                    made.add(new Attempt(point.values(), results.get(id)));
                } else {
                    open.add(new Open(cell.with(point.values()).forSteps(point.steps()), id));
                }
            }
            tried.addAll(made);
            if (!open.isEmpty() || made.isEmpty()) {
                return new Searched(tried, open);
            }
        }
    }

    /** Those that were trained longest: a choice is made among equals. Where none of these finished, those with the most steps of which any did. */
    private static List<Attempt> finalists(List<Attempt> tried, String measure) {
        int most = tried.stream().filter(attempt -> attempt.loss(measure) < Double.POSITIVE_INFINITY).mapToInt(Attempt::steps).max().orElse(tried.getFirst().steps());
        return tried.stream().filter(attempt -> attempt.steps() == most).toList();
    }

    private static Attempt best(List<Attempt> tried, String measure) {
        Attempt best = tried.getFirst();
        for (Attempt attempt : tried) {
            if (attempt.loss(measure) < best.loss(measure)) {
                best = attempt;
            }
        }
        return best;
    }

    private static List<Edge> edges(Study study, String variant, Attempt best) {
        if (best.result.outcome() != TrialStatus.FINISHED) {
            return List.of(); // nothing was chosen: the first of all is taken
        }
        List<Edge> edges = new ArrayList<>();
        study.tune().grid(variant).forEach((key, values) -> {
            if (values.size() > 1 && !study.tune().bounded().containsKey(key) && values.stream().allMatch(Number.class::isInstance)) {
                DoubleSummaryStatistics range = values.stream().mapToDouble(value -> ((Number) value).doubleValue()).summaryStatistics();
                double chosen = ((Number) best.values.get(key)).doubleValue();
                if (chosen == range.getMax() || chosen == range.getMin() && chosen != study.key(key).orElseThrow().least().orElse(Double.NEGATIVE_INFINITY)) {
                    edges.add(new Edge(key, best.values.get(key), chosen == range.getMax()));
                }
            }
        });
        return List.copyOf(edges);
    }

    /** The loss that the choice was made by. */
    public String measure() {
        return study.tunedOn();
    }

    /** What was chosen for {@code variant}; nothing where it was not tuned. */
    public Map<String, Object> values(String variant) {
        return choice(variant).map(choice -> choice.best.values).orElse(Map.of());
    }

    public Optional<TunedChoice> choice(String variant) {
        return chosen.stream().filter(choice -> choice.variant.equals(variant)).findFirst();
    }

    /** For {@code results.json}. */
    public ArrayNode json() {
        ArrayNode rows = Json.array();
        for (TunedChoice choice : chosen) {
            var row = rows.addObject();
            row.put("variant", choice.variant);
            row.set("chosen", choice.shown(study, choice.best));
            row.put("chosen_by", measure());
            row.set("at_edge", Json.of(choice.edges.stream().map(Edge::key).toList()));
            ArrayNode tried = row.putArray("tried");
            for (Attempt attempt : choice.tried) {
                var entry = tried.addObject();
                entry.put("id", attempt.result.trial().id());
                entry.put("seed", attempt.result.trial().seed());
                entry.put("steps", attempt.result.trial().training().get(STEPS));
                entry.set("values", choice.shown(study, attempt));
                entry.put("outcome", Values.label(attempt.result.outcome()));
                entry.set("final_loss", Json.number(attempt.result.finalLoss()));
                attempt.result.validationLoss().ifPresent(loss -> entry.set("validation_loss", Json.number(loss)));
            }
        }
        return rows;
    }
}
