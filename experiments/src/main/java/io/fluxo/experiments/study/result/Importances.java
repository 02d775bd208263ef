package io.fluxo.experiments.study.result;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Sampling;
import io.fluxo.experiments.study.numbers.Importance;
import io.fluxo.experiments.study.numbers.Importance.Observation;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Numerals;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;

/**
 * How much each key of a study matters: of its measured trials, where they are a grid, and of what was tried for each variant.
 *
 * @param variant the variant whose tuning it is of; empty for the measured trials
 * @param measure whose ranks it is of
 */
public record Importances(Optional<String> variant, String measure, Importance importance) {

    private static final int DIGITS = 6;

    /** All there are: none where too little was tried to say anything. */
    public static List<Importances> of(StudyResult result) {
        List<Importances> all = new ArrayList<>();
        measured(result).ifPresent(importance -> all.add(new Importances(Optional.empty(), result.study().compareOn(), importance)));
        for (Tuning.TunedChoice choice : result.tuning().chosen()) {
            tuning(result, choice).ifPresent(importance -> all.add(new Importances(Optional.of(choice.variant()), result.tuning().measure(), importance)));
        }
        return List.copyOf(all);
    }

    private static Optional<Importance> measured(StudyResult result) {
        String measure = result.study().compareOn();
        return Importance.ofGrid(result.variants().stream().flatMap(variant -> variant.trials().stream())
                .map(trial -> new Observation(trial.trial().vary(), trial.trial().seed(), worse(trial, measure))).toList());
    }

    /** What was tried with all settings that were drawn: those that halving let go on are no fair draw. */
    private static Optional<Importance> tuning(StudyResult result, Tuning.TunedChoice choice) {
        Sampling sampling = result.study().tune().sampling();
        int steps = choice.tried().getFirst().steps();
        List<Observation> tried = choice.tried().stream().filter(attempt -> attempt.steps() == steps)
                .flatMap(attempt -> attempt.results().stream().map(one -> new Observation(attempt.values(), one.trial().seed(), worse(one, result.tuning().measure())))).toList();
        return sampling.draws() ? Importance.ofDraws(tried) : Importance.ofGrid(tried);
    }

    /** A number that is larger where {@code trial} is worse; infinite where it diverged, NaN where it is not known. */
    private static double worse(TrialResult trial, String measure) {
        return switch (trial.outcome()) {
            case FINISHED -> measure.contains("accuracy") ? -trial.measure(measure) : trial.measure(measure);
            case DIVERGED -> Double.POSITIVE_INFINITY;
            case FAILED -> Double.NaN;
        };
    }

    /** What was tried where. */
    public String title() {
        String what = variant.map(name -> "tuning of " + name).orElse("measured trials");
        return Text.format("%s: %,d trials, ranks of their %s", what, importance.trials(), MeasureNames.spoken(measure));
    }

    /**
     * A share, to be drawn.
     *
     * @param note what is to be known of it; may be empty
     * @param weak whether it is not shown to be more than chance, or not put to a test
     */
    public record Bar(String name, double share, String note, boolean weak) {}

    /** The keys, the one that matters most first, and what pairs of keys and the rest account for. */
    public List<Bar> bars() {
        Stream<Bar> keys = importance.keys().stream().sorted((one, other) -> Double.compare(other.share(), one.share())).map(key -> new Bar(key.key(), key.share(),
                Text.format(key.shown() ? "p = %s" : "chance alone could do this, p = %s", Numerals.text(key.holm())), !key.shown()));
        Stream<Bar> pairs = importance.pairs().stream().map(pair -> new Bar(pair.first() + " with " + pair.second(), pair.share(), "beyond each by itself", true));
        return Stream.of(keys, pairs, Stream.of(new Bar("rest", importance.rest(), "", true))).flatMap(bars -> bars).toList();
    }

    /** For {@code results.json}. */
    static ArrayNode json(List<Importances> all) {
        ArrayNode rows = Json.array();
        for (Importances one : all) {
            var row = rows.addObject().put("of", one.variant.isPresent() ? "tuning" : "measured");
            one.variant.ifPresent(name -> row.put("variant", name));
            row.put("measure", one.measure).put("method", Values.label(one.importance.method())).put("trials", one.importance.trials());
            ArrayNode keys = row.putArray("keys");
            for (Importance.Main key : one.importance.keys()) {
                var entry = keys.addObject().put("key", key.key());
                entry.set("share", Json.rounded(key.share(), DIGITS));
                entry.set("p", Json.rounded(key.p(), DIGITS));
                entry.set("p_holm", Json.rounded(key.holm(), DIGITS));
                entry.put("shown", key.shown());
            }
            ArrayNode pairs = row.putArray("pairs");
            for (Importance.Pair pair : one.importance.pairs()) {
                var entry = pairs.addObject();
                entry.putArray("keys").add(pair.first()).add(pair.second());
                entry.set("share", Json.rounded(pair.share(), DIGITS));
            }
            row.set("rest", Json.rounded(one.importance.rest(), DIGITS));
        }
        return rows;
    }
}
