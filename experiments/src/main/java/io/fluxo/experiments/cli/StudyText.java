package io.fluxo.experiments.cli;

import io.fluxo.experiments.spec.Values;
import io.fluxo.experiments.study.Comparison;
import io.fluxo.experiments.study.Interval;
import io.fluxo.experiments.study.Sentences;
import io.fluxo.experiments.study.StudyDefinition;
import io.fluxo.experiments.study.StudyResult;
import io.fluxo.experiments.study.TrialResult;
import io.fluxo.experiments.study.Tuning;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A study's result for standard output. */
final class StudyText {

    /** Comparisons shown; the report has all. */
    private static final int MOST_SENTENCES = 12;

    private StudyText() {}

    static String table(StudyResult result, int columns) {
        long last = result.seed() + result.study().seeds() - 1;
        boolean several = result.study().seeds() > 1;
        String compared = result.definition().compared();
        boolean figure = !compared.equals(StudyDefinition.FINAL_LOSS);
        List<String> header = new ArrayList<>(List.of("variant", "final loss"));
        if (several) {
            header.add("95 % interval");
        }
        header.add(several ? Text.format("seeds %d … %d", result.seed(), last) : "seed " + last);
        if (figure) {
            header.add(compared.replace('_', ' '));
        }
        header.addAll(List.of("parameters", "mult-adds/token"));
        TextTable table = new TextTable(header.toArray(String[]::new));
        for (StudyResult.VariantResult variant : result.variants()) {
            List<String> row = new ArrayList<>(List.of(variant.id(), number(variant.mean()) + (Double.isFinite(variant.sd()) ? " ± " + number(variant.sd()) : "")));
            if (several) {
                row.add(interval(variant.interval()));
            }
            row.add(variant.trials().stream().map(StudyText::seed).collect(Collectors.joining("  ")));
            if (figure) {
                row.add(variant.values(compared).stream().map(StudyText::number).collect(Collectors.joining("  ")));
            }
            row.add(Text.format("%,d", variant.size().parameters()));
            row.add(Double.isFinite(variant.size().multiplyAdds()) ? Text.format("%,.0f", variant.size().multiplyAdds()) : "–");
            table.row(row.toArray(String[]::new));
        }
        return table.within(columns);
    }

    /** What the comparisons say, and how far. Empty where nothing is compared. */
    static String comparisons(StudyResult result) {
        if (result.comparisons().isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(Sentences.sizes(result.variants())).append(System.lineSeparator()).append(System.lineSeparator());
        for (Comparison comparison : result.comparisons().stream().limit(MOST_SENTENCES).toList()) {
            text.append("  ").append(Sentences.of(comparison)).append(System.lineSeparator());
        }
        if (result.comparisons().size() > MOST_SENTENCES) {
            text.append(Text.format("  … %d more in the report", result.comparisons().size() - MOST_SENTENCES)).append(System.lineSeparator());
        }
        return text.append("  ").append(Sentences.caution(result.study().seeds())).append(System.lineSeparator()).append(System.lineSeparator()).toString();
    }

    /** What was tried for each variant, and what was chosen; empty where nothing was tuned. */
    static String tuning(Tuning tuning, int columns) {
        if (tuning.chosen().isEmpty()) {
            return "";
        }
        TextTable table = new TextTable("variant", "tuned: chosen", "final loss", "tried");
        for (Tuning.Choice choice : tuning.chosen()) {
            table.row(choice.variant(), values(choice.best().values()), number(choice.best().result().finalLoss()), choice.tried().stream()
                    .map(attempt -> values(attempt.values()) + " " + seed(attempt.result())).collect(Collectors.joining(" · ")));
        }
        return table.within(columns) + System.lineSeparator();
    }

    private static String values(Map<String, Object> values) {
        return values.entrySet().stream().map(entry -> entry.getKey().substring(entry.getKey().indexOf('.') + 1) + " " + Values.label(entry.getValue()))
                .collect(Collectors.joining(" "));
    }

    static String verdict(StudyResult result) {
        return Text.format("verdict: %s (expected: %s)%n  %s%n", result.judgement().verdict().label(), result.study().expected().label(),
                result.judgement().why());
    }

    private static String seed(TrialResult trial) {
        return trial.outcome() == TrialResult.Outcome.FINISHED ? number(trial.finalLoss()) : Values.label(trial.outcome());
    }

    private static String interval(Interval interval) {
        return interval.isKnown() ? Text.format("%s … %s", number(interval.low()), number(interval.high())) : "–";
    }

    private static String number(double value) {
        return Double.isFinite(value) ? Text.format("%.3f", value) : "–";
    }
}
