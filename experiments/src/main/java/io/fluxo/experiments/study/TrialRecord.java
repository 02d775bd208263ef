package io.fluxo.experiments.study;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.RecordKeys;
import io.fluxo.experiments.spec.Values;
import io.fluxo.text.Text;
import io.fluxo.train.Measure;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code trial.json}: a trial's result, with the specification it belongs to. */
final class TrialRecord {

    private TrialRecord() {}

    static ObjectNode write(TrialResult result) {
        Trial trial = result.trial();
        ObjectNode record = Json.object();
        record.put("id", trial.id());
        record.put("variant", trial.variant());
        record.set("vary", varied(trial.vary()));
        record.put("seed", trial.seed());
        record.put("outcome", Values.label(result.outcome()));
        record.set("final_loss", Json.number(result.finalLoss()));
        record.set("validation_loss", Json.number(result.validationLoss().orElse(Double.NaN)));
        record.put("parameters", result.parameters());
        record.put("steps", result.steps());
        record.set("seconds", Json.number(result.seconds()));
        record.set("proved", Json.of(result.proved()));
        ObjectNode labels = record.putObject("labels");
        result.labels().forEach((measure, entries) -> labels.set(measure.label(), Json.of(entries)));
        record.set("figures", Json.of(result.findings().figures()));
        record.set("curves", curves(result.findings()));
        record.put("message", result.message());
        record.set("specification", specification(trial));
        return record;
    }

    static ArrayNode curves(Findings findings) {
        ArrayNode curves = Json.array();
        for (AxisCurve curve : findings.curves()) {
            ObjectNode entry = curves.addObject().put("measure", curve.measure()).put("axis", curve.axis());
            entry.set("at", Json.of(curve.at()));
            entry.set("values", Json.of(curve.values()));
        }
        return curves;
    }

    static JsonNode varied(Map<String, Object> vary) {
        ObjectNode object = Json.object();
        vary.forEach((key, value) -> object.set(key, Json.of(Values.written(value))));
        return object;
    }

    private static ObjectNode specification(Trial trial) {
        ObjectNode specification = Json.object();
        specification.set("task", Json.of(RecordKeys.written(trial.task())));
        specification.set("model", Json.of(RecordKeys.written(trial.model())));
        specification.set("training", Json.of(RecordKeys.written(trial.training())));
        return specification;
    }

    /**
     * The result that {@code text} holds.
     *
     * @param source names the file in messages
     * @throws BadInput if the text is no result, or one of another trial
     */
    static TrialResult read(String source, String text, Trial trial) {
        JsonNode record;
        try {
            record = Json.parse(text);
        } catch (JacksonException e) {
            throw new BadInput(Text.format("%s: not JSON (%s); delete the trial's folder to run it again", source, e.getOriginalMessage()), e);
        }
        boolean same = record.path("id").asString("").equals(trial.id()) && record.path("seed").asLong(0) == trial.seed()
                && Json.line(record.path("specification")).equals(Json.line(specification(trial)));
        if (!same) {
            throw new BadInput(source + ": belongs to another specification than study.yaml now says; delete the trial's folder to run it again");
        }
        try {
            TrialResult.Outcome outcome = TrialResult.Outcome.valueOf(record.path("outcome").asString("").toUpperCase(java.util.Locale.ROOT));
            Map<Measure, List<String>> labels = new EnumMap<>(Measure.class);
            record.path("labels").properties().forEach(entry ->
                    labels.put(Measure.valueOf(entry.getKey().toUpperCase(java.util.Locale.ROOT)), strings(entry.getValue())));
            JsonNode validation = record.path("validation_loss");
            return new TrialResult(trial, outcome, number(record.path("final_loss")),
                    validation.isNumber() ? OptionalDouble.of(validation.doubleValue()) : OptionalDouble.empty(),
                    record.path("parameters").asLong(0), record.path("steps").asInt(0), number(record.path("seconds")),
                    strings(record.path("proved")), labels, findings(record), record.path("message").asString(""));
        } catch (IllegalArgumentException e) {
            throw new BadInput(source + ": not a trial's result; delete the trial's folder to run it again", e);
        }
    }

    private static Findings findings(JsonNode record) {
        Findings findings = Findings.NONE;
        for (Map.Entry<String, JsonNode> figure : record.path("figures").properties()) {
            findings = findings.with(figure.getKey(), number(figure.getValue()));
        }
        for (JsonNode curve : record.path("curves")) {
            findings = findings.with(new AxisCurve(curve.path("measure").asString(""), curve.path("axis").asString(""), numbers(curve.path("at")),
                    numbers(curve.path("values"))));
        }
        return findings;
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(item -> numbers.add(number(item)));
        return numbers;
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.NaN;
    }

    private static List<String> strings(JsonNode node) {
        List<String> strings = new ArrayList<>();
        node.forEach(item -> strings.add(item.asString("")));
        return strings;
    }
}
