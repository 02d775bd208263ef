package io.fluxo.experiments.study.result;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.Ranks;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.trial.TrialRecord;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.setting.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code results.json}: a function of study, seed and backend alone, without a time or a path. */
public final class Results {

    /** Digits of what a library's functions went into: the last ones could differ from one machine to another. */
    private static final int DIGITS = 6;

    private Results() {}

    public static ObjectNode json(StudyResult result) {
        ObjectNode root = Json.object();
        root.put("study", result.study().name());
        root.put("question", result.study().question());
        root.put("verdict", result.judgement().verdict().label());
        root.put("expected", result.study().expected().label());
        root.put("why", result.judgement().why());
        ArrayNode criteria = root.putArray("criteria");
        for (Judgement.Criterion criterion : result.judgement().criteria()) {
            criteria.addObject().put("claim", criterion.claim()).put("statement", criterion.statement()).put("measured", criterion.measured())
                    .put("met", criterion.met());
        }
        root.put("backend", result.backend());
        root.put("seed", result.seed());
        root.put("compare_on", result.study().compareOn());
        if (!result.tuning().chosen().isEmpty()) {
            root.set("tuning", result.tuning().json());
        }
        ArrayNode variants = root.putArray("variants");
        List<Optional<Ranks.Places>> places = result.places();
        for (int i = 0; i < places.size(); i++) {
            variants.add(variant(result.variants().get(i), places.get(i)));
        }
        root.put("sizes", Sentences.sizes(result.variants()));
        ArrayNode comparisons = root.putArray("comparisons");
        result.comparisons().forEach(comparison -> comparisons.add(comparison(comparison)));
        if (!result.interactions().isEmpty()) {
            ArrayNode interactions = root.putArray("interactions");
            result.interactions().forEach(interaction -> interactions.add(interaction(interaction)));
        }
        if (result.study().mostSeeds() > 0) {
            root.putObject("stages").put("seeds", result.seeds()).set("planned", Json.of(result.stages().seeds()));
        }
        List<Importances> importances = Importances.of(result);
        if (!importances.isEmpty()) {
            root.set("importance", Importances.json(importances));
        }
        root.put("caution", Sentences.caution(result));
        return root;
    }

    private static ObjectNode variant(StudyResult.VariantResult variant, Optional<Ranks.Places> places) {
        ObjectNode entry = Json.object();
        entry.put("id", variant.id());
        entry.set("vary", TrialRecord.varied(variant.vary()));
        variant.size().parameters().ifPresentOrElse(number -> entry.put("parameters", number), () -> entry.putNull("parameters"));
        entry.set("multiply_adds_per_token", Json.number(variant.size().multiplyAdds()));
        entry.set(Study.FINAL_LOSS, summary(variant, Study.FINAL_LOSS));
        if (variant.trials().stream().anyMatch(trial -> trial.validationLoss().isPresent())) {
            entry.set(Study.VALIDATION_LOSS, summary(variant, Study.VALIDATION_LOSS));
        }
        ObjectNode figures = Json.object();
        figures(variant.trials()).forEach(name -> figures.set(name, summary(variant, name)));
        if (!figures.isEmpty()) {
            entry.set("figures", figures);
        }
        places.ifPresent(place -> entry.putArray("places").add(place.best()).add(place.worst()));
        ArrayNode trials = entry.putArray("trials");
        variant.trials().forEach(trial -> trials.add(trial(trial)));
        return entry;
    }

    private static ObjectNode summary(StudyResult.VariantResult variant, String measure) {
        List<Double> values = variant.values(measure);
        ObjectNode summary = Json.object();
        summary.set("mean", Json.number(Statistics.mean(values)));
        summary.set("sd", Json.number(Statistics.deviation(values)));
        summary.set("interval", interval(Statistics.bootstrap(values)));
        return summary;
    }

    private static ObjectNode trial(TrialResult trial) {
        ObjectNode row = Json.object();
        row.put("id", trial.trial().id());
        row.put("seed", trial.trial().seed());
        row.put("outcome", Values.label(trial.outcome()));
        row.set("final_loss", Json.number(trial.finalLoss()));
        trial.validationLoss().ifPresent(value -> row.set("validation_loss", Json.number(value)));
        if (!trial.message().isEmpty()) {
            row.put("reason", trial.message());
        }
        if (!trial.findings().figures().isEmpty()) {
            row.set("figures", Json.of(trial.findings().figures()));
        }
        if (!trial.findings().curves().isEmpty()) {
            row.set("curves", TrialRecord.curves(trial.findings()));
        }
        return row;
    }

    /** The names of the figures that any of {@code trials} has. */
    public static Set<String> figures(List<TrialResult> trials) {
        return trials.stream().flatMap(trial -> trial.findings().figures().keySet().stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static ObjectNode comparison(Comparison comparison) {
        ObjectNode entry = Json.object();
        entry.put("measure", comparison.measure());
        entry.put("variant", comparison.variant());
        entry.put("baseline", comparison.baseline());
        entry.put("key", comparison.key());
        entry.set("vary", TrialRecord.varied(Map.of(comparison.key(), comparison.value())));
        entry.set("differences", Json.of(comparison.differences()));
        entry.set("mean", Json.number(comparison.mean()));
        entry.set("sd", Json.number(comparison.sd()));
        entry.set("interval", interval(comparison.interval()));
        entry.set("bootstrap", interval(comparison.bootstrap()));
        entry.set("effect_size", Json.rounded(comparison.effect(), DIGITS));
        entry.set("p", Json.rounded(comparison.p(), DIGITS));
        entry.set("p_holm", Json.rounded(comparison.holm(), DIGITS));
        entry.put("shown", comparison.shown());
        Evidence evidence = comparison.evidence();
        ObjectNode diverged = entry.putObject("diverged");
        diverged.set("variant", counts(evidence.variant()));
        diverged.set("baseline", counts(evidence.baseline()));
        diverged.set("p_holm", Json.rounded(evidence.divergence(), DIGITS));
        diverged.put("shown", evidence.divergesOtherwise());
        if (evidence.margin() > 0) {
            ObjectNode equivalence = entry.putObject("equivalence").put("margin", evidence.margin());
            equivalence.set("p_holm", Json.rounded(evidence.equivalence(), DIGITS));
            equivalence.put("shown", evidence.equivalent());
        }
        entry.set("detectable", Json.rounded(evidence.detectable(), DIGITS));
        entry.set("detectable_interval", interval(evidence.between()));
        evidence.needed().ifPresentOrElse(seeds -> entry.put("seeds_needed", seeds), () -> entry.putNull("seeds_needed"));
        entry.put("sentence", Sentences.of(comparison));
        return entry;
    }

    private static ObjectNode counts(Evidence.Counts counts) {
        return Json.object().put("diverged", counts.diverged()).put("trials", counts.trials());
    }

    private static ObjectNode interaction(Interaction interaction) {
        ObjectNode entry = Json.object();
        entry.put("measure", interaction.measure());
        entry.put("variant", interaction.variant());
        Map<String, Object> vary = new LinkedHashMap<>();
        vary.put(interaction.first().getKey(), interaction.first().getValue());
        vary.put(interaction.second().getKey(), interaction.second().getValue());
        entry.set("vary", TrialRecord.varied(vary));
        entry.set("at", TrialRecord.varied(interaction.at()));
        entry.set("differences", Json.of(interaction.differences()));
        entry.set("mean", Json.number(interaction.mean()));
        entry.set("sd", Json.number(interaction.sd()));
        entry.set("interval", interval(interaction.interval()));
        entry.set("p_holm", Json.rounded(interaction.holm(), DIGITS));
        entry.put("shown", interaction.shown());
        entry.put("sentence", Sentences.of(interaction));
        return entry;
    }

    private static ArrayNode interval(Interval interval) {
        return Json.array().add(Json.rounded(interval.low(), DIGITS)).add(Json.rounded(interval.high(), DIGITS));
    }
}
