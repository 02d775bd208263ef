package io.fluxo.experiments.report;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Numerals;
import io.fluxo.experiments.study.numbers.Ranks;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.result.Comparison;
import io.fluxo.experiments.study.result.Evidence;
import io.fluxo.experiments.study.result.Interaction;
import io.fluxo.experiments.study.result.Results;
import io.fluxo.experiments.study.result.Sentences;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/** The page's tables and lists, as text. */
final class ReportTables {

    private final StudyResult result;
    private final String folder;
    private final List<String> figureNames;
    private final List<Optional<Ranks.Places>> places;

    /** @param folder the run's folder as seen from the page's */
    ReportTables(StudyResult result, String folder) {
        this.result = result;
        this.folder = folder;
        this.places = result.places();
        this.figureNames = List.copyOf(Results.figures(result.variants().stream().flatMap(variant -> variant.trials().stream()).toList()));
    }

    List<String> figureNames() {
        return figureNames.stream().map(MeasureNames::spoken).toList();
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
        row.put("loss", summary(variant.values(Study.FINAL_LOSS)));
        row.put("interval", interval(variant.interval()));
        row.put("place", result.seeds() > 1 ? places.get(index).map(Sentences::places).orElse("") : "");
        row.put("seeds", variant.trials().stream().map(this::seed).toList());
        row.put("validation", summary(variant.values(Study.VALIDATION_LOSS)));
        row.put("figures", figureNames.stream().map(name -> Numerals.text(Statistics.mean(variant.values(name)))).toList());
        row.put("parameters", variant.size().parametersText());
        row.put("multiplyAdds", variant.size().multiplyAddsText());
        return row;
    }

    private static Map<String, String> summary(List<Double> values) {
        double deviation = Statistics.deviation(values);
        return Map.of("mean", Numerals.text(Statistics.mean(values)), "sd", Double.isFinite(deviation) ? Numerals.text(deviation) : "");
    }

    private Map<String, Object> seed(TrialResult trial) {
        return Map.of("seed", trial.trial().seed(),
                "href", href(trial.trial()),
                "value", trial.outcome() == TrialStatus.FINISHED ? Numerals.text(trial.finalLoss()) : Values.label(trial.outcome()),
                "finished", trial.outcome() == TrialStatus.FINISHED);
    }

    private String href(Trial trial) {
        return Text.format("%s/trials/%s/", folder, URLEncoder.encode(trial.id(), StandardCharsets.UTF_8).replace("+", "%20"));
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
            items.add(Map.of("index", items.size(), "shown", comparison.shown(), "sentence", Sentences.of(comparison), "numbers", numbers(comparison)));
        }
        return items;
    }

    List<Map<String, Object>> interactions() {
        return result.interactions().stream().map(interaction -> Map.<String, Object>of("shown", interaction.shown(), "sentence", Sentences.of(interaction))).toList();
    }

    String interactionsShown() {
        return Text.format("Interactions of two keys: %d of %d shown", result.interactions().stream().filter(Interaction::shown).count(), result.interactions().size());
    }

    private static String numbers(Comparison comparison) {
        if (comparison.differences().size() < 2) {
            return "";
        }
        Evidence evidence = comparison.evidence();
        String power = evidence.detectable() > 0 ? Text.format(" · power 0.8 at %s (%s)", Numerals.text(evidence.detectable()), interval(evidence.between())) : "";
        String needed = evidence.needed().isPresent() ? Text.format(" · %s: %,d seeds", evidence.margin() > 0 ? "for the margin" : "for this mean", evidence.needed().getAsInt()) : "";
        return Text.format("effect size %s · p %s, corrected %s · bootstrap %s%s%s",
                Numerals.signed(comparison.effect()),
                p(comparison.p()), p(comparison.holm()), interval(comparison.bootstrap()), power, needed);
    }

    /**
     * What differs between variants.
     *
     * @param keys whose resolved values are not the same for all
     * @param rows one for each variant, with its values
     */
    record Differences(List<String> keys, List<Map<String, Object>> rows) {}

    Differences differences() {
        List<Map<String, String>> settings = result.variants().stream().map(variant -> settings(variant.trials().getFirst().trial())).toList();
        Set<String> all = new LinkedHashSet<>();
        settings.forEach(one -> all.addAll(one.keySet()));
        List<String> keys = all.stream().filter(key -> settings.stream().map(one -> one.get(key)).distinct().count() > 1).toList();
        List<Map<String, Object>> rows = IntStream.range(0, settings.size()).mapToObj(i -> Map.of("index", i, "id", result.variants().get(i).id(), "values",
                (Object) keys.stream().map(key -> Objects.requireNonNullElse(settings.get(i).get(key), "–")).toList())).toList();
        return new Differences(keys, rows);
    }

    private static Map<String, String> settings(Trial trial) {
        Map<String, String> settings = new LinkedHashMap<>();
        trial.sections().forEach((name, section) -> section.values().forEach((key, value) -> settings.put(name + "." + key, Values.label(value))));
        return settings;
    }

    private static String interval(Interval interval) {
        return interval.isKnown() ? Text.format("%s to %s", Numerals.text(interval.low()), Numerals.text(interval.high())) : "–";
    }

    private static String p(double p) {
        return p < 0.001 ? "< 0.001" : Numerals.text(p);
    }
}
