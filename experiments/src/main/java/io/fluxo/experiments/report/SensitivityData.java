package io.fluxo.experiments.report;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Sampling;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.plan.Tuning.Attempt;
import io.fluxo.experiments.study.plan.Tuning.TunedChoice;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How much the loss depends on each number that was tuned, the others as they were chosen: {@code {key, log_x, several_keys, lines: [{variant, chosen, points: [[x,
 * mean, [loss of each seed]]]}]}}. What did not finish is null, and so is the mean over it.
 */
final class SensitivityData {

    private static final int DIGITS = 5;

    private final StudyResult result;
    private final Tuning tuning;

    SensitivityData(StudyResult result) {
        this.result = result;
        this.tuning = result.tuning();
    }

    ArrayNode build() {
        ArrayNode plots = Json.array();
        if (isScattered()) {
            return plots;
        }
        for (String key : result.study().tune().keys()) {
            ArrayNode lines = Json.array();
            IntStream.range(0, result.variants().size()).forEach(i -> tuning.choice(result.variants().get(i).id()).flatMap(choice -> line(choice, key)).ifPresent(line ->
                    lines.add(line.put("variant", i))));
            if (!lines.isEmpty()) {
                List<Object> values = tuning.chosen().stream().filter(choice -> choice.best().values().containsKey(key)).flatMap(choice -> choice.values(key).stream()).distinct().toList();
                ObjectNode plot = plots.addObject().put("key", key).put("log_x", Tuning.isGeometric(values));
                plot.put("several_keys", tuning.chosen().stream().anyMatch(choice -> choice.best().values().containsKey(key) && choice.best().values().size() > 1));
                plot.set("lines", lines);
            }
        }
        return plots;
    }

    /** Of settings that were drawn, no two share all keys but one, and those that halving kept were trained for longer: there is no line through them. */
    private boolean isScattered() {
        Sampling sampling = result.study().tune().sampling();
        return sampling.method() == Sampling.Method.HALVING || sampling.draws() && result.study().tune().keys().size() > 1;
    }

    /** Empty where {@code key} has no two numbers. */
    private Optional<ObjectNode> line(TunedChoice choice, String key) {
        if (!choice.best().values().containsKey(key) || choice.values(key).size() < 2 || !choice.values(key).stream().allMatch(Number.class::isInstance)) {
            return Optional.empty();
        }
        ObjectNode line = Json.object();
        line.set("chosen", Json.number(number(choice.best(), key)));
        ArrayNode points = line.putArray("points");
        choice.tried().stream().filter(attempt -> attempt.values().entrySet().stream()
                        .allMatch(entry -> entry.getKey().equals(key) || entry.getValue().equals(choice.best().values().get(entry.getKey()))))
                .sorted(Comparator.comparingDouble(attempt -> number(attempt, key)))
                .forEach(attempt -> points.add(point(attempt, key)));
        return Optional.of(line);
    }

    private ArrayNode point(Attempt attempt, String key) {
        ArrayNode seeds = Json.array();
        attempt.results().forEach(trial -> seeds.add(Json.rounded(loss(trial), DIGITS)));
        return Json.array().add(Json.number(number(attempt, key))).add(Json.rounded(attempt.loss(tuning.measure()), DIGITS)).add(seeds);
    }

    private double loss(TrialResult trial) {
        return trial.outcome() == TrialStatus.FINISHED ? trial.measure(tuning.measure()) : Double.NaN;
    }

    private static double number(Attempt attempt, String key) {
        return ((Number) attempt.values().get(key)).doubleValue();
    }
}
