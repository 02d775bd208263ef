package io.fluxo.experiments.report;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.result.Comparison;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.Curves;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.setting.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the page's charts draw, thinned out so that the page stays a few megabytes however long the trials and large the grid. */
final class ReportData {

    private static final int DIGITS = 5;
    private static final int MOST_LOSSES = 100_000;
    private static final int MOST_MEASURED = 60_000;

    private final StudyResult result;
    private final Function<Trial, Curves> curves;

    /** @param curves a trial's metrics; asked for once per trial */
    ReportData(StudyResult result, Function<Trial, Curves> curves) {
        this.result = result;
        this.curves = curves;
    }

    ObjectNode build(Map<String, Double> references) {
        ObjectNode root = Json.object();
        ArrayNode lines = root.putArray("references");
        references.forEach((name, value) -> lines.addObject().put("name", name).set("value", Json.rounded(value, DIGITS)));
        ObjectNode axes = root.putObject("axes");
        result.study().axes().forEach((key, values) -> axes.set(key, Json.of(values.stream().map(Values::label).toList())));

        List<List<Curves>> byVariant = new ArrayList<>();
        for (StudyResult.VariantResult variant : result.variants()) {
            byVariant.add(variant.trials().stream().map(trial -> curves.apply(trial.trial())).toList());
        }
        int points = Math.clamp(MOST_LOSSES / Math.max(1, byVariant.stream().mapToInt(List::size).sum()), 40, 500);
        ArrayNode variants = root.putArray("variants");
        for (int i = 0; i < byVariant.size(); i++) {
            variants.add(variant(result.variants().get(i), byVariant.get(i), points));
        }
        root.set("measures", measures(byVariant));
        root.set("plots", new PlotData(result).build());
        root.put("tuned_on", MeasureNames.spoken(result.tuning().measure()));
        root.set("tuned", new SensitivityData(result).build());
        root.set("search", new SearchData(result).build());
        ArrayNode comparisons = root.putArray("comparisons");
        for (Comparison comparison : result.comparisons()) {
            ObjectNode node = comparisons.addObject();
            node.set("mean", Json.rounded(comparison.mean(), DIGITS));
            node.putArray("interval").add(Json.rounded(comparison.interval().low(), DIGITS)).add(Json.rounded(comparison.interval().high(), DIGITS));
            ArrayNode differences = node.putArray("differences");
            comparison.differences().forEach(difference -> differences.add(Json.rounded(difference, DIGITS)));
            node.put("shown", comparison.shown());
        }
        return root;
    }

    private ObjectNode variant(StudyResult.VariantResult variant, List<Curves> trials, int points) {
        ObjectNode node = Json.object();
        node.put("id", variant.id());
        ObjectNode vary = node.putObject("vary");
        variant.vary().forEach((key, value) -> vary.put(key, Values.label(value)));
        int longest = trials.stream().mapToInt(curve -> curve.loss().length).max().orElse(0);
        int bucket = Math.max(1, (longest + points - 1) / points);
        ArrayNode steps = node.putArray("steps");
        for (int first = 0; first < longest; first += bucket) {
            steps.add((first + Math.min(longest, first + bucket) + 1) / 2);
        }
        ArrayNode losses = node.putArray("loss");
        trials.forEach(curve -> losses.add(bucketMeans(curve.loss(), longest, bucket)));
        ArrayNode validation = node.putArray("validation");
        trials.forEach(curve -> {
            ArrayNode series = validation.addArray();
            thinned(List.copyOf(curve.validation().keySet()), 100).forEach(step ->
                    series.addArray().add(step).add(Json.rounded(curve.validation().get(step), DIGITS)));
        });
        node.set("finished", Json.of(variant.trials().stream().map(trial -> trial.outcome() == TrialStatus.FINISHED).toList()));
        ArrayNode finals = node.putArray("final");
        variant.trials().forEach(trial -> finals.add(Json.rounded(trial.finalLoss(), DIGITS)));
        return node;
    }

    private static ArrayNode bucketMeans(double[] loss, int length, int bucket) {
        ArrayNode means = Json.array();
        for (int first = 0; first < length; first += bucket) {
            double sum = 0;
            int count = 0;
            for (int i = first; i < Math.min(loss.length, first + bucket); i++) {
                if (Double.isFinite(loss[i])) {
                    sum += loss[i];
                    count++;
                }
            }
            means.add(Json.rounded(sum / count, DIGITS));
        }
        return means;
    }

    private ArrayNode measures(List<List<Curves>> byVariant) {
        ArrayNode measures = Json.array();
        Set<String> names = byVariant.stream().flatMap(List::stream).flatMap(curves -> curves.byLayer().keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String measure : names) {
            List<List<SortedMap<Integer, double[]>>> measured = byVariant.stream()
                    .map(trials -> trials.stream()
                            .map(curve -> curve.byLayer().getOrDefault(measure, Collections.emptySortedMap()))
                            .filter(series -> !series.isEmpty())
                            .toList())
                    .toList();
            if (measured.stream().anyMatch(trials -> !trials.isEmpty())) {
                measures.add(measure(measure, measured));
            }
        }
        return measures;
    }

    private ObjectNode measure(String measure, List<List<SortedMap<Integer, double[]>>> measured) {
        int width = measured.stream().flatMap(List::stream).flatMap(series -> series.values().stream()).mapToInt(row -> row.length).max().orElse(0);
        int numbersPerStep = 3 * measured.size() * Math.max(1, width);
        int most = Math.clamp(MOST_MEASURED / numbersPerStep, 2, 26);
        ObjectNode node = Json.object();
        node.put("name", measure);
        node.set("labels", Json.of(labels(measure)));
        node.put("width", width);
        ArrayNode variants = node.putArray("variants");
        for (List<SortedMap<Integer, double[]>> trials : measured) {
            SortedMap<Integer, List<double[]>> bySteps = new TreeMap<>();
            trials.forEach(series -> series.forEach((step, row) -> bySteps.computeIfAbsent(step, key -> new ArrayList<>()).add(row)));
            List<Integer> steps = thinned(List.copyOf(bySteps.keySet()), most);
            ObjectNode variant = variants.addObject();
            variant.set("steps", Json.of(steps));
            ArrayNode rows = variant.putArray("rows");
            steps.forEach(step -> rows.add(spread(bySteps.get(step))));
        }
        return node;
    }

    /** Mean, least and largest over the seeds, entry by entry. */
    private static ObjectNode spread(List<double[]> rows) {
        int width = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        ArrayNode mean = Json.array();
        ArrayNode low = Json.array();
        ArrayNode high = Json.array();
        for (int i = 0; i < width; i++) {
            int entry = i;
            double[] values = rows.stream().filter(row -> row.length > entry).mapToDouble(row -> row[entry]).filter(Double::isFinite).toArray();
            double sum = 0;
            double least = Double.POSITIVE_INFINITY;
            double largest = Double.NEGATIVE_INFINITY;
            for (double value : values) {
                sum += value;
                least = Math.min(least, value);
                largest = Math.max(largest, value);
            }
            mean.add(Json.rounded(sum / values.length, DIGITS));
            low.add(Json.rounded(least, DIGITS));
            high.add(Json.rounded(largest, DIGITS));
        }
        ObjectNode spread = Json.object();
        spread.set("mean", mean);
        spread.set("low", low);
        spread.set("high", high);
        return spread;
    }

    private List<String> labels(String measure) {
        return result.variants().stream()
                .flatMap(variant -> variant.trials().stream())
                .map(TrialResult::labels)
                .filter(labels -> labels.containsKey(measure))
                .map(labels -> labels.get(measure))
                .findFirst()
                .orElse(List.of());
    }

    /** At most about {@code most} of {@code steps}, evenly, the first and the last among them. */
    private static List<Integer> thinned(List<Integer> steps, int most) {
        if (steps.size() <= most) {
            return steps;
        }
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            kept.add(steps.get((int) ((long) i * (steps.size() - 1) / (most - 1))));
        }
        return kept;
    }
}
