package io.fluxo.experiments.report;

import io.fluxo.experiments.spec.RecordKeys;
import io.fluxo.experiments.spec.Values;
import io.fluxo.experiments.study.Comparison;
import io.fluxo.experiments.study.Interval;
import io.fluxo.experiments.study.Results;
import io.fluxo.experiments.study.Sentences;
import io.fluxo.experiments.study.Statistics;
import io.fluxo.experiments.study.StudyResult;
import io.fluxo.experiments.study.Trial;
import io.fluxo.experiments.study.TrialResult;
import io.fluxo.text.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** The page's tables and lists, as text. */
final class ReportTables {

    private final StudyResult result;
    private final String folder;
    private final List<String> figureNames;

    /** @param folder the run's folder as seen from the page's */
    ReportTables(StudyResult result, String folder) {
        this.result = result;
        this.folder = folder;
        this.figureNames = List.copyOf(Results.figures(result.variants().stream().flatMap(variant -> variant.trials().stream()).toList()));
    }

    List<String> figureNames() {
        return figureNames.stream().map(name -> name.replace('_', ' ')).toList();
    }

    /** One row for each variant. */
    List<Map<String, Object>> rows() {
        return IntStream.range(0, result.variants().size()).mapToObj(this::row).toList();
    }

    private Map<String, Object> row(int index) {
        StudyResult.VariantResult variant = result.variants().get(index);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("index", index);
        row.put("id", variant.id());
        row.put("varied", !variant.vary().isEmpty());
        row.put("values", variant.vary().values().stream().map(Values::label).toList());
        row.put("mean", number(variant.mean()));
        row.put("sd", Double.isFinite(variant.sd()) ? number(variant.sd()) : "");
        row.put("interval", interval(variant.interval()));
        row.put("seeds", variant.trials().stream().map(this::seed).toList());
        row.put("validation", number(variant.trials().stream().flatMapToDouble(trial -> trial.validationLoss().stream()).average().orElse(Double.NaN)));
        row.put("figures", figureNames.stream().map(name -> number(Statistics.mean(variant.values(name)))).toList());
        row.put("parameters", variant.size().parametersText());
        row.put("multiplyAdds", variant.size().multiplyAddsText());
        row.put("outcome", outcome(variant.trials()));
        row.put("clean", variant.trials().stream().allMatch(trial -> trial.outcome() == TrialResult.Outcome.FINISHED));
        return row;
    }

    private Map<String, Object> seed(TrialResult trial) {
        return Map.of("seed", trial.trial().seed(),
                "href", href(trial.trial()),
                "value", trial.outcome() == TrialResult.Outcome.FINISHED ? number(trial.finalLoss()) : Values.label(trial.outcome()),
                "finished", trial.outcome() == TrialResult.Outcome.FINISHED);
    }

    private String href(Trial trial) {
        return Text.format("%s/trials/%s/", folder, URLEncoder.encode(trial.id(), StandardCharsets.UTF_8).replace("+", "%20"));
    }

    private static String outcome(List<TrialResult> trials) {
        List<String> parts = new ArrayList<>();
        for (TrialResult.Outcome outcome : TrialResult.Outcome.values()) {
            long count = trials.stream().filter(trial -> trial.outcome() == outcome).count();
            if (count == trials.size()) {
                return Values.label(outcome);
            }
            if (count > 0) {
                parts.add(count + " " + Values.label(outcome));
            }
        }
        return String.join(", ", parts);
    }

    /** Why trials failed or diverged. */
    List<Map<String, String>> messages() {
        return result.variants().stream().flatMap(variant -> variant.trials().stream())
                .filter(trial -> !trial.message().isBlank())
                .map(trial -> Map.of("id", trial.trial().id(), "href", href(trial.trial()), "message", trial.message()))
                .toList();
    }

    List<Map<String, Object>> comparisons() {
        List<Map<String, Object>> items = new ArrayList<>();
        for (Comparison comparison : result.comparisons()) {
            items.add(Map.of("index", items.size(), "shown", comparison.shown(), "sentence", capitalised(Sentences.of(comparison)), "numbers", numbers(comparison)));
        }
        return items;
    }

    private static String numbers(Comparison comparison) {
        if (comparison.differences().size() < 2) {
            return "";
        }
        return Text.format("effect size %s · p %s, corrected %s · bootstrap %s",
                Double.isFinite(comparison.effect()) ? Text.format("%+.2f", comparison.effect()).replace('-', '−') : "–",
                p(comparison.p()), p(comparison.holm()), interval(comparison.bootstrap()));
    }

    List<Map<String, Object>> variantIds() {
        List<Map<String, Object>> ids = new ArrayList<>();
        result.variants().forEach(variant -> ids.add(Map.of("index", ids.size(), "id", variant.id())));
        return ids;
    }

    /** The keys whose resolved values differ between variants, with the value of each. */
    List<Map<String, Object>> differs() {
        List<Map<String, String>> settings = result.variants().stream().map(variant -> settings(variant.trials().getFirst().trial())).toList();
        Set<String> keys = new LinkedHashSet<>();
        settings.forEach(one -> keys.addAll(one.keySet()));
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String key : keys) {
            List<String> values = settings.stream().map(one -> Objects.requireNonNullElse(one.get(key), "–")).toList();
            if (values.stream().distinct().count() > 1) {
                rows.add(Map.of("key", key, "values", values));
            }
        }
        return rows;
    }

    private static Map<String, String> settings(Trial trial) {
        Map<String, String> settings = new LinkedHashMap<>();
        Map<String, Record> parts = new LinkedHashMap<>();
        parts.put("task.", trial.task());
        parts.put("model.", trial.model());
        parts.put("training.", trial.training());
        parts.forEach((prefix, part) -> RecordKeys.values(part).forEach((key, value) -> settings.put(prefix + key, value == null ? "–" : Values.label(value))));
        return settings;
    }

    static String number(double value) {
        return Double.isFinite(value) ? Text.format("%.3f", value) : "–";
    }

    private static String interval(Interval interval) {
        return interval.isKnown() ? Text.format("%s to %s", number(interval.low()), number(interval.high())).replace('-', '−') : "–";
    }

    private static String p(double p) {
        return p < 0.001 ? "< 0.001" : number(p);
    }

    private static String capitalised(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }
}
