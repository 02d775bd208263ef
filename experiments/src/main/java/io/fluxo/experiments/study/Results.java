package io.fluxo.experiments.study;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Values;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code results.json} and {@code results.csv}: functions of study, seed and backend alone, without a time or a path. */
public final class Results {

    private Results() {}

    public static ObjectNode json(StudyResult result) {
        ObjectNode root = Json.object();
        root.put("study", result.study().name());
        root.put("question", result.study().question());
        root.put("verdict", result.judgement().verdict().label());
        root.put("expected", result.study().expected().label());
        root.put("why", result.judgement().why());
        root.put("backend", result.backend());
        root.put("seed", result.seed());
        ArrayNode variants = root.putArray("variants");
        for (StudyResult.VariantResult variant : result.variants()) {
            ObjectNode entry = variants.addObject();
            entry.put("id", variant.id());
            entry.set("vary", TrialRecord.varied(variant.vary()));
            entry.put("parameters", variant.trials().stream().mapToLong(TrialResult::parameters).max().orElse(0));
            ObjectNode loss = entry.putObject("final_loss");
            loss.set("mean", Json.number(variant.mean()));
            loss.set("sd", Json.number(variant.sd()));
            ArrayNode trials = entry.putArray("trials");
            for (TrialResult trial : variant.trials()) {
                ObjectNode row = trials.addObject();
                row.put("id", trial.trial().id());
                row.put("seed", trial.trial().seed());
                row.put("outcome", Values.label(trial.outcome()));
                row.set("final_loss", Json.number(trial.finalLoss()));
                trial.validationLoss().ifPresent(value -> row.set("validation_loss", Json.number(value)));
            }
        }
        return root;
    }

    public static String csv(StudyResult result) {
        List<String> keys = List.copyOf(result.study().vary().keySet());
        List<String> header = new ArrayList<>(List.of("study", "variant"));
        header.addAll(keys);
        header.addAll(List.of("trial", "seed", "outcome", "final_loss", "validation_loss", "parameters", "steps"));
        StringWriter text = new StringWriter();
        CSVFormat format = CSVFormat.RFC4180.builder().setRecordSeparator("\n").setHeader(header.toArray(String[]::new)).get();
        try (CSVPrinter csv = new CSVPrinter(text, format)) {
            for (StudyResult.VariantResult variant : result.variants()) {
                for (TrialResult trial : variant.trials()) {
                    List<Object> row = new ArrayList<>(List.of(result.study().name(), variant.id()));
                    keys.forEach(key -> row.add(Values.label(variant.vary().get(key))));
                    row.addAll(List.of(trial.trial().id(), trial.trial().seed(), Values.label(trial.outcome()), number(trial.finalLoss()),
                            number(trial.validationLoss().orElse(Double.NaN)), trial.parameters(), trial.steps()));
                    csv.printRecord(row);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be written", e);
        }
        return text.toString();
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "";
    }
}
