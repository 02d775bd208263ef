package io.fluxo.experiments.cli;

import io.fluxo.experiments.spec.Values;
import io.fluxo.experiments.study.StudyResult;
import io.fluxo.experiments.study.TrialResult;
import java.util.Locale;
import java.util.stream.Collectors;

/** A study's result for standard output. */
final class StudyText {

    private StudyText() {}

    static String table(StudyResult result) {
        long last = result.seed() + result.study().seeds() - 1;
        TextTable table = new TextTable("variant", "final loss", result.study().seeds() == 1 ? "seed " + last : "seeds %d … %d".formatted(result.seed(), last));
        for (StudyResult.VariantResult variant : result.variants()) {
            String loss = number(variant.mean()) + (Double.isFinite(variant.sd()) ? " ± " + number(variant.sd()) : "");
            table.row(variant.id(), loss, variant.trials().stream().map(StudyText::seed).collect(Collectors.joining("  ")));
        }
        return table.toString();
    }

    static String verdict(StudyResult result) {
        return "verdict: %s (expected: %s)%n  %s%n".formatted(result.judgement().verdict().label(), result.study().expected().label(),
                result.judgement().why());
    }

    private static String seed(TrialResult trial) {
        return trial.outcome() == TrialResult.Outcome.FINISHED ? number(trial.finalLoss()) : Values.label(trial.outcome());
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "–";
    }
}
