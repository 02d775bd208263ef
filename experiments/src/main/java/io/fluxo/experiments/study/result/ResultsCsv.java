package io.fluxo.experiments.study.result;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.setting.Values;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * {@code results.csv}: tidy, one row for each trial and measure, and for a curve one for each of its points, whose place on its axis is in
 * {@code axis} and {@code at}. Where two keys are varied, a trial that has neither key's first value has a row for their interaction, with the keys in {@code axis}: its difference of
 * differences. A value that is not finite is empty. Where something was tuned, the trials of tuning have rows as well, whose
 * measures begin with {@code tuning_}, and the last columns are the tuned keys, with the values of the row's trial.
 */
public final class ResultsCsv {

    private final StudyResult result;
    private final List<String> keys;
    private final List<String> tuned;

    private ResultsCsv(StudyResult result) {
        this.result = result;
        this.keys = List.copyOf(result.study().axes().keySet());
        this.tuned = List.copyOf(result.study().tune().keys());
    }

    public static String of(StudyResult result) {
        return new ResultsCsv(result).text();
    }

    private String text() {
        List<String> header = new ArrayList<>(List.of("study", "variant"));
        header.addAll(keys);
        header.addAll(List.of("trial", "seed", "outcome", "measure", "axis", "at", "value"));
        header.addAll(tuned);
        StringWriter text = new StringWriter();
        CSVFormat format = CSVFormat.RFC4180.builder().setRecordSeparator("\n").setHeader(header.toArray(String[]::new)).get();
        try (CSVPrinter csv = new CSVPrinter(text, format)) {
            for (StudyResult.VariantResult variant : result.variants()) {
                Optional<Tuning.TunedChoice> choice = result.tuning().choice(variant.id());
                if (choice.isPresent()) {
                    tuning(csv, variant, choice.get());
                }
                for (TrialResult trial : variant.trials()) {
                    trial(csv, variant, trial);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot fail to be written", e);
        }
        return text.toString();
    }

    /** What was tried for {@code variant}, under measures of their own: a trial of tuning is shorter than one that is measured. */
    private void tuning(CSVPrinter csv, StudyResult.VariantResult variant, Tuning.TunedChoice choice) throws IOException {
        for (Tuning.Attempt attempt : choice.tried()) {
            for (TrialResult trial : attempt.results()) {
                row(csv, variant, trial, "tuning_final_loss", "", "", number(trial.finalLoss()));
                if (trial.validationLoss().isPresent()) {
                    row(csv, variant, trial, "tuning_validation_loss", "", "", number(trial.validationLoss().getAsDouble()));
                }
                row(csv, variant, trial, "tuning_steps", "", "", Integer.toString(trial.steps()));
                row(csv, variant, trial, "tuning_chosen", "", "", attempt == choice.best() ? "1" : "0");
                row(csv, variant, trial, "tuning_extension", "", "", choice.isExtension(attempt) ? "1" : "0");
            }
        }
    }

    private void trial(CSVPrinter csv, StudyResult.VariantResult variant, TrialResult trial) throws IOException {
        row(csv, variant, trial, Study.FINAL_LOSS, "", "", number(trial.finalLoss()));
        if (trial.validationLoss().isPresent()) {
            row(csv, variant, trial, Study.VALIDATION_LOSS, "", "", number(trial.validationLoss().getAsDouble()));
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
        for (Interaction interaction : result.interactions()) {
            Double difference = interaction.bySeed().get(trial.trial().seed());
            if (interaction.variant().equals(variant.id()) && difference != null) {
                row(csv, variant, trial, interaction.measure() + "_interaction", interaction.first().getKey() + " * " + interaction.second().getKey(), "", number(difference));
            }
        }
    }

    private void row(CSVPrinter csv, StudyResult.VariantResult variant, TrialResult trial, String measure, String axis, String at, String value)
            throws IOException {
        List<Object> row = new ArrayList<>(List.of(result.study().name(), variant.id()));
        keys.forEach(key -> row.add(Values.label(variant.vary().get(key))));
        row.addAll(List.of(trial.trial().id(), trial.trial().seed(), Values.label(trial.outcome()), measure, axis, at, value));
        tuned.forEach(key -> row.add(Values.label(setting(trial.trial(), key))));
        csv.printRecord(row);
    }

    private static String number(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "";
    }

    /** What a trial was run with under a dotted key. */
    private static Object setting(Trial trial, String key) {
        int dot = key.indexOf('.');
        return trial.sections().get(key.substring(0, dot)).values().get(key.substring(dot + 1));
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Double.toString(value) : "";
    }
}
