package io.fluxo.experiments.history;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyDifference;
import io.fluxo.experiments.study.run.Environment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * In what runs differ from the first of them.
 *
 * @param environment how they were made
 * @param identical   whether all have finished with the same results, byte by byte
 * @param measure     by which variants are compared
 */
public record RunDifferences(List<Run> runs, List<Difference> study, List<Difference> environment, boolean identical, String measure, List<Row> variants) {

    private static final String NONE = "–";

    /** What of the environment says nothing about how results came about: the command holds the folder, and what it gave stands in the study. */
    private static final Set<String> IDLE = Set.of("command", "again", "options", "started", "continued", "fluxo", "git_commit", "sources");

    /** @param values of each run; a dash where it has none */
    public record Difference(String key, List<String> values) {}

    /** @param runs the variant in each run; empty where that has no such variant, or no results */
    public record Row(String id, List<Optional<Run.Variant>> runs) {

        /** The mean of the last run less that of the first; NaN where one lacks it. */
        public double difference() {
            return mean(runs.getLast()) - mean(runs.getFirst());
        }

        private static double mean(Optional<Run.Variant> variant) {
            return variant.map(Run.Variant::mean).orElse(Double.NaN);
        }
    }

    /** @param runs two or more */
    public static RunDifferences of(List<Run> runs) {
        Run first = runs.getFirst();
        Set<String> measures = new LinkedHashSet<>();
        runs.forEach(run -> run.comparedOn().ifPresent(measures::add));
        String measure = measures.size() == 1 ? measures.iterator().next() : Study.FINAL_LOSS;
        return new RunDifferences(runs, study(runs), environment(runs), runs.stream().skip(1).allMatch(first::hasResultsOf), measure, rows(runs, measure));
    }

    private static List<Difference> study(List<Run> runs) {
        List<Study> studies = runs.stream().map(Run::study).toList();
        Map<String, String[]> values = new LinkedHashMap<>();
        for (int i = 1; i < studies.size(); i++) {
            for (StudyDifference difference : StudyDifference.between(studies.getFirst(), studies.get(i))) {
                put(values, difference.key(), studies.size(), difference.began(), i, difference.given());
            }
            for (String key : StudyDifference.inJudgement(studies.getFirst(), studies.get(i))) {
                put(values, key, studies.size(), judgement(studies.getFirst(), key), i, judgement(studies.get(i), key));
            }
        }
        return differences(values);
    }

    private static String judgement(Study study, String key) {
        return switch (key) {
            case "expected" -> study.expected().label();
            case "judged_from" -> Integer.toString(study.judgedFrom());
            default -> study.conditions().isEmpty() ? "none" : study.conditions().size() + " of its own";
        };
    }

    /** Where a run does not differ from the first, it has the first one's value. */
    private static void put(Map<String, String[]> values, String key, int runs, String first, int run, String value) {
        String[] all = values.computeIfAbsent(key, _ -> {
            String[] same = new String[runs];
            Arrays.fill(same, first);
            return same;
        });
        all[run] = value;
    }

    private static List<Difference> environment(List<Run> runs) {
        List<Map<String, String>> all = runs.stream().map(run -> {
            Map<String, String> flat = new LinkedHashMap<>();
            flat.put("fluxo", Environment.Build.of(run.environment()).toString());
            run.environment().properties().stream().filter(entry -> !IDLE.contains(entry.getKey())).forEach(entry -> flatten(flat, entry.getKey(), entry.getValue()));
            return flat;
        }).toList();
        Set<String> keys = new LinkedHashSet<>();
        all.forEach(flat -> keys.addAll(flat.keySet()));
        Map<String, String[]> values = new LinkedHashMap<>();
        keys.forEach(key -> values.put(key, all.stream().map(flat -> flat.getOrDefault(key, NONE)).toArray(String[]::new)));
        return differences(values);
    }

    private static void flatten(Map<String, String> flat, String key, JsonNode node) {
        switch (node.getNodeType()) {
            case OBJECT -> node.properties().forEach(entry -> flatten(flat, key + "." + entry.getKey(), entry.getValue()));
            case ARRAY -> {
                for (int i = 0; i < node.size(); i++) {
                    flatten(flat, node.size() == 1 ? key : key + "." + (i + 1), node.get(i));
                }
            }
            default -> flat.put(key, node.asString(NONE));
        }
    }

    private static List<Difference> differences(Map<String, String[]> values) {
        return values.entrySet().stream().filter(entry -> Arrays.stream(entry.getValue()).distinct().count() > 1)
                .map(entry -> new Difference(entry.getKey(), List.of(entry.getValue()))).toList();
    }

    private static List<Row> rows(List<Run> runs, String measure) {
        List<Map<String, Run.Variant>> all = new ArrayList<>();
        Set<String> ids = new LinkedHashSet<>();
        for (Run run : runs) {
            Map<String, Run.Variant> byId = new LinkedHashMap<>();
            run.variants(measure).forEach(variant -> byId.put(variant.id(), variant));
            ids.addAll(byId.keySet());
            all.add(byId);
        }
        return ids.stream().map(id -> new Row(id, all.stream().map(byId -> Optional.ofNullable(byId.get(id))).toList())).toList();
    }
}
