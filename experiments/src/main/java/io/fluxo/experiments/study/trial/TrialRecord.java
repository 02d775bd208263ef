package io.fluxo.experiments.study.trial;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.file.Json;
import io.fluxo.setting.Values;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code trial.json}: a trial's result, with the specification it belongs to and a checksum over both. */
public final class TrialRecord {

    /** SHA-256 of everything else in the record, as one line. */
    private static final String CHECKSUM = "sha256";

    private TrialRecord() {}

    public static ObjectNode write(TrialResult result) {
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
        record.set("proved", Json.of(result.proofs().proved()));
        record.set("not_proved", Json.of(result.proofs().notProved()));
        ObjectNode labels = record.putObject("labels");
        result.labels().forEach((measure, entries) -> labels.set(measure, Json.of(entries)));
        record.set("figures", Json.of(result.findings().figures()));
        record.set("curves", curves(result.findings()));
        record.put("message", result.message());
        record.set("specification", specification(trial));
        record.put(CHECKSUM, checksum(record));
        return record;
    }

    public static ArrayNode curves(Findings findings) {
        ArrayNode curves = Json.array();
        for (AxisCurve curve : findings.curves()) {
            ObjectNode entry = curves.addObject().put("measure", curve.measure()).put("axis", curve.axis());
            entry.set("at", Json.of(curve.at()));
            entry.set("values", Json.of(curve.values()));
        }
        return curves;
    }

    public static JsonNode varied(Map<String, Object> vary) {
        ObjectNode object = Json.object();
        vary.forEach((key, value) -> object.set(key, Json.of(Values.written(value))));
        return object;
    }

    private static ObjectNode specification(Trial trial) {
        ObjectNode specification = Json.object();
        trial.sections().forEach((name, section) -> specification.set(name, Json.of(section.written())));
        return specification;
    }

    /**
     * The result that {@code text} holds.
     *
     * @param file where it stands
     * @throws BadInput if the text is no result, was changed since it was written, or is one of another trial
     */
    public static TrialResult read(Path file, String text, Trial trial) {
        try {
            ObjectNode record = intact(text);
            if (!string(record, "id").equals(trial.id()) || whole(record, "seed") != trial.seed()
                    || !Json.line(record.path("specification")).equals(Json.line(specification(trial)))) {
                throw new Damaged("belongs to another specification than study.yaml now says");
            }
            return result(record, trial);
        } catch (Damaged e) {
            throw new BadInput(Text.format("%s: %s; to run the trial again, delete its folder %s and --resume", file, e.getMessage(),
                    Launcher.quoted(file.getParent())), e);
        }
    }

    /** What is wrong with a record. */
    private static final class Damaged extends RuntimeException {
        Damaged(String what) {
            super(what);
        }
    }

    private static ObjectNode intact(String text) {
        JsonNode parsed;
        try {
            parsed = Json.parse(text);
        } catch (JacksonException e) {
            throw new Damaged(Text.format("not JSON (%s)", e.getOriginalMessage()));
        }
        if (!(parsed instanceof ObjectNode record)) {
            throw new Damaged("not a trial's result");
        }
        JsonNode written = record.remove(CHECKSUM);
        if (written == null) {
            throw new Damaged(Text.format("has no checksum (%s), so that it cannot be told whether it is as it was written", CHECKSUM));
        }
        if (!written.asString("").equals(checksum(record))) {
            throw new Damaged(Text.format("was changed since it was written, or is damaged: it does not fit its checksum (%s)", CHECKSUM));
        }
        return record;
    }

    private static String checksum(ObjectNode record) {
        return Fingerprint.sha256(Json.line(record).getBytes(StandardCharsets.UTF_8));
    }

    private static TrialResult result(ObjectNode record, Trial trial) {
        TrialStatus outcome = constant(TrialStatus.class, "outcome", string(record, "outcome"));
        double finalLoss = number(record, "final_loss");
        if (outcome == TrialStatus.FINISHED == Double.isNaN(finalLoss)) {
            throw new Damaged(Text.format("final_loss is %s, but the outcome '%s'", record.path("final_loss"), Values.label(outcome)));
        }
        Map<String, List<String>> labels = new LinkedHashMap<>();
        object(record, "labels").properties().forEach(entry -> labels.put(entry.getKey(), strings("labels", entry.getValue())));
        double validation = number(record, "validation_loss");
        return new TrialResult(trial, outcome, finalLoss, Double.isNaN(validation) ? OptionalDouble.empty() : OptionalDouble.of(validation),
                whole(record, "parameters"), Math.toIntExact(whole(record, "steps")), number(record, "seconds"),
                new Proofs(strings("proved", record.path("proved")), strings("not_proved", record.path("not_proved"))), labels,
                findings(record), string(record, "message"));
    }

    private static Findings findings(ObjectNode record) {
        Findings findings = Findings.NONE;
        for (Map.Entry<String, JsonNode> figure : object(record, "figures").properties()) {
            findings = findings.with(figure.getKey(), number("figures", figure.getValue()));
        }
        for (JsonNode curve : array("curves", record.path("curves"))) {
            findings = findings.with(new AxisCurve(string(curve, "measure"), string(curve, "axis"), numbers("curves", curve.path("at")),
                    numbers("curves", curve.path("values"))));
        }
        return findings;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String key, String label) {
        return Arrays.stream(type.getEnumConstants()).filter(constant -> Values.label(constant).equals(label)).findFirst()
                .orElseThrow(() -> new Damaged(Text.format("%s: '%s' is not one of %s", key, label, String.join(", ", Values.labels(type)))));
    }

    private static String string(JsonNode object, String key) {
        JsonNode node = object.path(key);
        if (!node.isString()) {
            throw new Damaged(Text.format("%s must be text", key));
        }
        return node.stringValue();
    }

    private static long whole(JsonNode object, String key) {
        JsonNode node = object.path(key);
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new Damaged(Text.format("%s must be a whole number", key));
        }
        return node.longValue();
    }

    private static double number(JsonNode object, String key) {
        return number(key, object.path(key));
    }

    /** A number, or null for one that is not finite. */
    private static double number(String key, JsonNode node) {
        if (!node.isNumber() && !node.isNull()) {
            throw new Damaged(Text.format("%s must be a number or null", key));
        }
        return node.isNull() ? Double.NaN : node.doubleValue();
    }

    private static List<Double> numbers(String key, JsonNode node) {
        List<Double> numbers = new ArrayList<>();
        array(key, node).forEach(item -> numbers.add(number(key, item)));
        return numbers;
    }

    private static List<String> strings(String key, JsonNode node) {
        List<String> strings = new ArrayList<>();
        for (JsonNode item : array(key, node)) {
            if (!item.isString()) {
                throw new Damaged(Text.format("%s must be a list of texts", key));
            }
            strings.add(item.stringValue());
        }
        return strings;
    }

    private static JsonNode array(String key, JsonNode node) {
        if (!node.isArray()) {
            throw new Damaged(Text.format("%s must be a list", key));
        }
        return node;
    }

    private static JsonNode object(JsonNode record, String key) {
        if (!record.path(key).isObject()) {
            throw new Damaged(Text.format("%s must be a mapping", key));
        }
        return record.path(key);
    }
}
