package io.fluxo.experiments.report;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.page.Page;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Numerals;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.result.Importances;
import io.fluxo.experiments.study.result.Sentences;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.Curves;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** {@code report.html}: one page with everything in it, charts and their script included; it opens offline and loads nothing. */
public final class StudyReport {

    /** In the order they need each other. */
    private static final String[] SCRIPTS = {"report/base.js", "report/loss.js", "report/layers.js", "report/plots.js", "report/tuning.js", "report/search.js", "report/tables.js",
        "report/page.js"};

    private StudyReport() {}

    /**
     * @param curves      a trial's metrics
     * @param environment the content of {@code environment.json}
     * @param folder      the run's folder as seen from the page's: {@code .}, or a relative path with {@code /}
     */
    public static String html(StudyResult result, List<PreparedTrial> trials, Function<Trial, Curves> curves, JsonNode environment, String folder) {
        Map<String, Double> references = references(trials);
        JsonNode data = new ReportData(result, curves).build(references);
        Page page = new Page("report/report.mustache").draw(data, SCRIPTS);
        page.put("name", result.study().name());
        String title = result.study().question().isBlank() ? result.study().name() : result.study().question();
        page.put("titleWords", List.of(title.strip().split("\\s+")));
        page.put("hypothesis", result.study().hypothesis());
        page.put("verdict", result.judgement().verdict().label());
        page.put("verdictClass", result.judgement().verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        page.put("expected", result.study().expected().label());
        page.put("surprise", result.judgement().verdict() != result.study().expected());
        page.put("judged", result.study().compares() || !result.study().conditions().isEmpty());
        page.put("why", sentence(result.judgement().why()));
        page.put("criteria", result.judgement().criteria().stream().map(criterion -> Map.of(
                "statement", criterion.statement(), "measured", criterion.measured(), "met", criterion.met())).toList());
        page.put("tasks", trials.stream().map(prepared -> prepared.task().describe()).distinct().toList());
        page.put("facts", facts(result));
        page.put("varyKeys", List.copyOf(result.study().axes().keySet()));
        page.put("validated", result.validated());
        page.put("compared", MeasureNames.spoken(result.study().compareOn()));
        page.put("finalSteps", TrialResult.FINAL_STEPS);
        ReportTables tables = new ReportTables(result, folder);
        page.put("several", result.seeds() > 1);
        page.put("measured", !tables.figureNames().isEmpty());
        page.put("figureNames", tables.figureNames());
        page.put("rows", tables.rows());
        page.put("sizes", Sentences.sizes(result.variants()));
        page.put("messages", tables.messages());
        page.put("comparisons", tables.comparisons());
        page.put("interactions", tables.interactions());
        page.put("interactionsShown", tables.interactionsShown());
        page.put("caution", Sentences.caution(result));
        ReportTables.Differences differences = tables.differences();
        page.put("differs", !differences.keys().isEmpty());
        page.put("differKeys", differences.keys());
        page.put("differRows", differences.rows());
        page.put("tuned", !result.tuning().chosen().isEmpty());
        page.put("sensitive", !data.path("tuned").isEmpty());
        page.put("tunedOn", MeasureNames.spoken(result.tuning().measure()));
        page.put("choices", choices(result.tuning()));
        page.put("edges", Sentences.edges(result.tuning()));
        page.put("bounds", Sentences.bounds(result.study().tune()));
        page.put("searched", new SearchData(result).isWorthShowing());
        page.put("importances", importances(result));
        page.put("proofs", proofs(result, Proofs::proved));
        page.put("openProofs", proofs(result, Proofs::notProved));
        page.put("command", environment.path("again").asString(""));
        page.put("yaml", StudyWriter.write(result.study()));
        page.put("environment", environmentRows(environment));
        return page.html();
    }

    /** A bar for each key, and for the rest. */
    private static List<Map<String, Object>> importances(StudyResult result) {
        return Importances.of(result).stream().map(one -> Map.<String, Object>of("title", one.title(), "bars", one.bars().stream().map(bar -> Map.of("name", bar.name(),
                "percent", Text.format("%.0f", 100 * bar.share()), "width", Text.format("%.1f", 100 * bar.share()), "note", bar.note(), "weak", bar.weak())).toList())).toList();
    }

    private static List<Map<String, Object>> choices(Tuning tuning) {
        return tuning.chosen().stream().map(choice -> Map.<String, Object>of("variant", choice.variant(), "attempts",
                choice.tried().stream().map(attempt -> attempt(attempt, tuning.measure(), attempt == choice.best(), choice.isExtension(attempt))).toList())).toList();
    }

    private static Map<String, Object> attempt(Tuning.Attempt attempt, String measure, boolean chosen, boolean extension) {
        String values = attempt.values().entrySet().stream().map(entry -> entry.getKey() + " " + Values.label(entry.getValue())).collect(Collectors.joining(", "));
        return Map.of("values", values, "loss", Sentences.loss(attempt, measure), "chosen", chosen, "extension", extension, "steps", attempt.steps());
    }

    /** Horizontal lines for orientation: each task's known losses. */
    private static Map<String, Double> references(List<PreparedTrial> trials) {
        Map<String, Set<Double>> found = new TreeMap<>();
        for (PreparedTrial prepared : trials) {
            prepared.task().unigramEntropy().ifPresent(value -> found.computeIfAbsent("unigram entropy", key -> new LinkedHashSet<>()).add(value));
            prepared.task().floor().ifPresent(value -> found.computeIfAbsent("entropy rate", key -> new LinkedHashSet<>()).add(value));
        }
        Map<String, Double> references = new LinkedHashMap<>();
        found.forEach((name, values) -> {
            int number = 0;
            for (double value : values) {
                number++;
                references.put(values.size() == 1 ? name : name + " " + number, value);
            }
        });
        return references;
    }

    private static List<Map<String, String>> facts(StudyResult result) {
        List<Map<String, String>> facts = new ArrayList<>();
        Study study = result.study();
        UnaryOperator<String> model = key -> setting(study, "model." + key, study.model().values().get(key));
        UnaryOperator<String> training = key -> setting(study, "training." + key, study.training().values().get(key));
        facts.add(fact("model", Text.format("layers %s · width %s · heads %s · context %s", model.apply("n_layers"), model.apply("d_model"),
                model.apply("n_heads"), model.apply("n_ctx"))));
        facts.add(fact("training", Text.format("%s · lr %s · batch %s · steps %s", training.apply("optimizer"), training.apply("lr"),
                training.apply("batch"), training.apply("steps"))));
        facts.add(fact("trials", Text.format("%d variant%s × %d seed%s", result.variants().size(), result.variants().size() == 1 ? "" : "s",
                result.seeds(), result.seeds() == 1 ? "" : "s")));
        facts.add(fact("backend", result.backend()));
        return facts;
    }

    /** The text about a key: its value, unless that differs from variant to variant. */
    private static String setting(Study study, String key, Object value) {
        if (study.vary().containsKey(key) || study.variants().values().stream().anyMatch(changes -> changes.containsKey(key))) {
            return "varied";
        }
        return study.tune().keys().contains(key) ? "tuned" : Values.label(value);
    }

    private static Map<String, String> fact(String name, String value) {
        return Map.of("name", name, "value", value);
    }

    /** Each sentence, and the variants that it is about. */
    private static List<Map<String, String>> proofs(StudyResult result, Function<Proofs, List<String>> which) {
        Map<String, Set<String>> proofs = new LinkedHashMap<>();
        for (StudyResult.VariantResult variant : result.variants()) {
            for (TrialResult trial : variant.trials()) {
                which.apply(trial.proofs()).forEach(sentence -> proofs.computeIfAbsent(sentence, key -> new LinkedHashSet<>()).add(variant.id()));
            }
        }
        return proofs.entrySet().stream().map(entry -> Map.of("sentence", entry.getKey(),
                "scope", entry.getValue().size() == result.variants().size() ? "every variant" : String.join(" · ", entry.getValue()))).toList();
    }

    private static List<Map<String, String>> environmentRows(JsonNode environment) {
        List<Map<String, String>> rows = new ArrayList<>();
        environment.properties().forEach(entry -> {
            if (!entry.getKey().equals("again")) {
                rows.add(fact(entry.getKey().replace('_', ' '), flat(entry.getValue())));
            }
        });
        return rows;
    }

    private static String flat(JsonNode node) {
        if (node.isObject()) {
            List<String> parts = new ArrayList<>();
            node.properties().forEach(entry -> {
                if (!entry.getValue().isNull()) {
                    parts.add(entry.getKey().replace('_', ' ') + " " + flat(entry.getValue()));
                }
            });
            return String.join(" · ", parts);
        }
        if (node.isArray()) {
            List<String> parts = new ArrayList<>();
            node.forEach(item -> parts.add(flat(item)));
            return String.join(" · ", parts);
        }
        return node.isNull() ? "–" : node.asString("");
    }

    /** {@code text} with a capital to begin with, if it begins with a word: a key or a name stays as it is written. */
    private static String sentence(String text) {
        return text.matches("(?s)[a-z]+ .*") ? text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) : text;
    }
}
