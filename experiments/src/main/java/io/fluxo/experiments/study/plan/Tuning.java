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
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was tried for each variant before it was measured, and what was chosen. The trials of tuning are trials like others, recorded under ids
 * of their own ({@code tune-gru,training.lr=3e-3}); their seeds are the first that no other trial of the study has.
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
     * @param id   the trial's; with several seeds, what their ids begin with
     */
    public record Open(Study.Cell cell, String id) {}

    /**
     * The choice for one variant.
     *
     * @param variant the variant's id
     * @param grid    what is written
     * @param tried   in the order of the grid, and then what was tried beyond it
     * @param best    the one of {@code tried} with the least loss, the first of several; the first of all where none finished
     * @param ends    how the search for each number ended
     */
    public record TunedChoice(String variant, Map<String, List<Object>> grid, List<Attempt> tried, Attempt best, List<End> ends) {

        public TunedChoice {
            tried = List.copyOf(tried);
            ends = List.copyOf(ends);
        }

        /** The values of {@code key} that were tried. */
        public List<Object> values(String key) {
            return tried.stream().map(attempt -> attempt.values.get(key)).distinct().toList();
        }

        /** Whether {@code attempt} lies beyond what is written. */
        public boolean isExtension(Attempt attempt) {
            return attempt.values.entrySet().stream().anyMatch(entry -> !grid.get(entry.getKey()).contains(entry.getValue()));
        }

        /** Where {@code best} lies at an end of what was tried, beyond which a better one may lie. */
        public List<End> edges() {
            return ends.stream().filter(end -> end.how == How.REFUSED || end.how == How.EDGE).toList();
        }

        /** The values of {@code attempt} for results, which should not depend on where files lie. */
        private JsonNode shown(Study study, Attempt attempt) {
            Map<String, List<Object>> grid = new LinkedHashMap<>();
            attempt.values.keySet().forEach(key -> grid.put(key, tried.stream().map(other -> other.values.get(key)).distinct().toList()));
            return TrialRecord.varied(FileKeys.shown(study, attempt.values, grid));
        }
    }

    /** How the search for a number ended. */
    public enum How {
        /** A smaller and a larger one were tried. */
        INSIDE,
        /** At the least that makes a difference. */
        LEAST,
        /** At an end of which {@code tune.bounded} says why it is one. */
        BOUNDED,
        /** At an end beyond which the next number is not legal. */
        REFUSED,
        /** At an end beyond which no more was to be tried. */
        EDGE,
        /** It goes on. */
        OPEN
    }

    /**
     * How the search for one number ended.
     *
     * @param value   the chosen one
     * @param largest whether it is the largest that was tried
     * @param why     it ended there; empty where {@code how} says all
     */
    public record End(String key, Object value, How how, boolean largest, String why) {

        End with(How other, String reason) {
            return new End(key, value, other, largest, reason);
        }
    }

    /**
     * A point that was tried.
     *
     * @param values  dotted key → value
     * @param results of its trials, one for each seed
     */
    public record Attempt(Map<String, Object> values, List<TrialResult> results) {

        public Attempt {
            results = List.copyOf(results);
        }

        /** The mean over the seeds; infinite where a trial did not finish, or has no such loss. */
        public double loss(String measure) {
            return results.stream().mapToDouble(result -> loss(result, measure)).sum() / results.size();
        }

        private static double loss(TrialResult result, String measure) {
            double loss = result.outcome() == TrialStatus.FINISHED ? result.measure(measure) : Double.NaN;
            return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
        }

        /** Optimizer steps that its trials were asked for. */
        public int steps() {
            return results.getFirst().trial().training().get(STEPS);
        }
    }

    public Tuning {
        chosen = List.copyOf(chosen);
        open = List.copyOf(open);
    }

    /** Of a study that tries nothing but what is written. */
    public static Tuning of(Study study, List<TrialResult> results) {
        return of(study, Obstacles.NOT_ASKED, results);
    }

    /**
     * @param obstacles to what is not written
     * @param results   of the trials that were {@linkplain #open asked for} until now, each with the study's own results before it
     */
    static Tuning of(Study study, Obstacles obstacles, List<TrialResult> results) {
        Map<String, List<TrialResult>> byPoint = results.stream().sorted(Comparator.comparingLong(result -> result.trial().seed()))
                .collect(Collectors.groupingBy(result -> result.trial().variant()));
        List<TunedChoice> choices = new ArrayList<>();
        List<Open> open = new ArrayList<>();
        TrialIds ids = new TrialIds(study);
        int number = 0;
        for (Study.Cell cell : study.cells()) {
            TrialIds.Name variant = ids.variant(++number);
            Search search = Search.of(study, cell, obstacles);
            boolean rungs = study.tune().sampling().method() == Sampling.Method.HALVING;
            Searched searched = searched(search, cell, point -> rungs ? ids.tuning(variant, point.values(), point.steps(), point.number())
                    : ids.tuning(variant, point.values(), point.number()), study.tune().seeds(), byPoint);
            open.addAll(searched.open);
            if (searched.open.isEmpty() && !searched.tried.isEmpty()) {
                choices.add(new TunedChoice(variant.shown(), study.tune().grid(cell.variant()), searched.tried,
                        best(finalists(searched.tried, study.tunedOn()), study.tunedOn()), search.ended(searched.tried)));
            }
        }
        return new Tuning(study, choices, open);
    }

    /** One variant: what was tried, and what is to be tried next. */
    private record Searched(List<Attempt> tried, List<Open> open) {}

    /** A point with its number among all of its variant, from 1. */
    private record Numbered(Map<String, Object> values, int steps, int number) {}

    /** Repeats the search of {@code cell} until a round of it is not whole in {@code results}, or to its end. */
    private static Searched searched(Search search, Study.Cell cell, Function<Numbered, String> ids, int seeds, Map<String, List<TrialResult>> results) {
        List<Attempt> tried = new ArrayList<>();
        while (true) {
            List<Open> open = new ArrayList<>();
            List<Attempt> made = new ArrayList<>();
            for (Search.Point point : search.next(List.copyOf(tried))) {
                String id = ids.apply(new Numbered(point.values(), point.steps(), tried.size() + open.size() + made.size() + 1));
                List<TrialResult> there = results.getOrDefault(id, List.of());
                if (there.size() == seeds) {
                    made.add(new Attempt(point.values(), there));
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

    static Attempt best(List<Attempt> tried, String measure) {
        Attempt best = tried.getFirst();
        for (Attempt attempt : tried) {
            if (attempt.loss(measure) < best.loss(measure)) {
                best = attempt;
            }
        }
        return best;
    }

    /** Whether {@code values} are positive numbers that rise by factors rather than by differences. */
    public static boolean isGeometric(List<Object> values) {
        return values.size() > 1 && values.stream().allMatch(value -> value instanceof Number number && number.doubleValue() > 0) && Outward.of(values, true).goesByFactors();
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
            row.set("mean_loss", Json.number(choice.best.loss(measure())));
            row.set("at_edge", Json.of(choice.edges().stream().map(End::key).toList()));
            ArrayNode ends = row.putArray("ended");
            choice.ends.forEach(end -> ends.addObject().put("key", end.key).put("how", Values.label(end.how)).put("why", end.why));
            ArrayNode tried = row.putArray("tried");
            for (Attempt attempt : choice.tried) {
                attempt.results.forEach(result -> {
                    ObjectNode entry = tried.addObject();
                    entry.put("id", result.trial().id());
                    entry.put("seed", result.trial().seed());
                    entry.put("steps", result.trial().training().get(STEPS));
                    entry.put("extension", choice.isExtension(attempt));
                    entry.set("values", choice.shown(study, attempt));
                    entry.put("outcome", Values.label(result.outcome()));
                    entry.set("final_loss", Json.number(result.finalLoss()));
                    result.validationLoss().ifPresent(loss -> entry.set("validation_loss", Json.number(loss)));
                });
            }
        }
        return rows;
    }
}
