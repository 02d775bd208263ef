package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Values;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * {@code results.csv}: tidy, one row for each trial and measure, and for a curve one for each of its points, whose place on its axis is in
 * {@code axis} and {@code at}. A value that is not finite is empty.
 */
public final class ResultsCsv {

    private final StudyResult result;
    private final List<String> keys;

    private ResultsCsv(StudyResult result) {
        this.result = result;
        this.keys = List.copyOf(result.study().axes().keySet());
    }

    public static String of(StudyResult result) {
        return new ResultsCsv(result).text();
    }

    private String text() {
        List<String> header = new ArrayList<>(List.of("study", "variant"));
        header.addAll(keys);
        header.addAll(List.of("trial", "seed", "outcome", "measure", "axis", "at", "value"));
        StringWriter text = new StringWriter();
        CSVFormat format = CSVFormat.RFC4180.builder().setRecordSeparator("\n").setHeader(header.toArray(String[]::new)).get();
        try (CSVPrinter csv = new CSVPrinter(text, format)) {
            for (StudyResult.VariantResult variant : result.variants()) {
                for (TrialResult trial : variant.trials()) {
                    trial(csv, variant, trial);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be written", e);
        }
        return text.toString();
    }

    private void trial(CSVPrinter csv, StudyResult.VariantResult variant, TrialResult trial) throws IOException {
        row(csv, variant, trial, StudyDefinition.FINAL_LOSS, "", "", number(trial.finalLoss()));
        if (trial.validationLoss().isPresent()) {
            row(csv, variant, trial, "validation_loss", "", "", number(trial.validationLoss().getAsDouble()));
        }
        for (var figure : trial.findings().figures().entrySet()) {
            row(csv, variant, trial, figure.getKey(), "", "", number(figure.getValue()));
        }
        for (AxisCurve curve : trial.findings().curves()) {
            for (int i = 0; i < curve.at().size(); i++) {
                row(csv, variant, trial, curve.measure(), curve.axis(), number(curve.at().get(i)), number(curve.values().get(i)));
            }
        }
        row(csv, variant, trial, "parameters", "", "", number(variant.size().parameters()));
        row(csv, variant, trial, "multiply_adds_per_token", "", "", number(variant.size().multiplyAdds()));
        row(csv, variant, trial, "steps", "", "", Integer.toString(trial.steps()));
    }

    private void row(CSVPrinter csv, StudyResult.VariantResult variant, TrialResult trial, String measure, String axis, String at, String value)
            throws IOException {
        List<Object> row = new ArrayList<>(List.of(result.study().name(), variant.id()));
        keys.forEach(key -> row.add(Values.label(variant.vary().get(key))));
        row.addAll(List.of(trial.trial().id(), trial.trial().seed(), Values.label(trial.outcome()), measure, axis, at, value));
        csv.printRecord(row);
    }

    private static String number(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "";
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "";
    }
}
