package io.fluxo.experiments.cli;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Numerals;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.result.Comparison;
import io.fluxo.experiments.study.result.Interaction;
import io.fluxo.experiments.study.result.Sentences;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A study's result for standard output. */
final class StudyText {

    /** Comparisons shown; the report has all. */
    private static final int MOST_SENTENCES = 12;

    private StudyText() {}

    static String table(StudyResult result, int columns) {
        long last = result.seed() + result.seeds() - 1;
        boolean several = result.seeds() > 1;
        String compared = result.study().compareOn();
        boolean another = !compared.equals(Study.FINAL_LOSS);
        List<String> header = new ArrayList<>(List.of("variant", "final loss"));
        if (several) {
            header.add("95 % interval");
        }
        header.add(several ? Text.format("seeds %d … %d", result.seed(), last) : "seed " + last);
        if (result.validated()) {
            header.add("validation loss");
        }
        if (another) {
            header.add(MeasureNames.spoken(compared) + (compared.equals(Study.VALIDATION_LOSS) ? ", seed by seed" : ""));
        }
        header.addAll(List.of("parameters", "mult-adds/token"));
        TextTable table = new TextTable(header.toArray(String[]::new));
        for (StudyResult.VariantResult variant : result.variants()) {
            List<String> row = new ArrayList<>(List.of(variant.id(), summary(variant.values(Study.FINAL_LOSS))));
            if (several) {
                row.add(interval(variant.interval()));
            }
            row.add(variant.trials().stream().map(trial -> loss(trial, Study.FINAL_LOSS)).collect(Collectors.joining("  ")));
            if (result.validated()) {
                row.add(summary(variant.values(Study.VALIDATION_LOSS)));
            }
            if (another) {
                row.add(variant.values(compared).stream().map(Numerals::text).collect(Collectors.joining("  ")));
            }
            row.add(variant.size().parametersText());
            row.add(variant.size().multiplyAddsText());
            table.row(row.toArray(String[]::new));
        }
        return table.within(columns) + legend(result);
    }

    /** What the losses in the table are. */
    private static String legend(StudyResult result) {
        return Text.format("final loss: mean training loss over the last %d steps, in nats per token%s%n", TrialResult.FINAL_STEPS,
                result.validated() ? "; validation loss: the last one, on what training never sees" : "");
    }

    private static String summary(List<Double> values) {
        double deviation = Statistics.deviation(values);
        return Numerals.text(Statistics.mean(values)) + (Double.isFinite(deviation) ? " ± " + Numerals.text(deviation) : "");
    }

    /** The comparisons in sentences, with what they can and cannot show. Empty where nothing is compared. */
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
        List<Interaction> depending = result.interactions().stream().filter(Interaction::shown).toList();
        depending.stream().limit(MOST_SENTENCES).forEach(interaction -> text.append("  ").append(Sentences.of(interaction)).append(System.lineSeparator()));
        if (!result.interactions().isEmpty()) {
            text.append(Text.format("  %d of %d interactions of two keys are shown; the report has all", depending.size(), result.interactions().size()))
                    .append(System.lineSeparator());
        }
        String places = Sentences.places(result);
        if (!places.isEmpty()) {
            text.append("  ").append(places).append(System.lineSeparator());
        }
        return text.append("  ").append(Sentences.caution(result)).append(System.lineSeparator()).append(System.lineSeparator()).toString();
    }

    /** The values tried for each variant, and the choice; empty where nothing was tuned. */
    static String tuning(StudyResult result, int columns) {
        Tuning tuning = result.tuning();
        if (tuning.chosen().isEmpty()) {
            return "";
        }
        String measure = tuning.measure();
        TextTable table = new TextTable("variant", "tuned: chosen", MeasureNames.spoken(measure), "tried");
        for (Tuning.TunedChoice choice : tuning.chosen()) {
            table.row(choice.variant(), values(choice.best().values()), Sentences.loss(choice.best(), measure), choice.tried().stream()
                    .map(attempt -> values(attempt.values()) + " " + Sentences.loss(attempt, measure)).collect(Collectors.joining(" · ")));
        }
        StringBuilder text = new StringBuilder(table.within(columns));
        Stream.concat(Sentences.edges(tuning).stream(), Sentences.bounds(result.study().tune()).stream())
                .forEach(sentence -> text.append(sentence).append(System.lineSeparator()));
        return text.append(System.lineSeparator()).toString();
    }

    private static String values(Map<String, Object> values) {
        return values.entrySet().stream().map(entry -> entry.getKey().substring(entry.getKey().indexOf('.') + 1) + " " + Values.label(entry.getValue()))
                .collect(Collectors.joining(" "));
    }

    /** What could not be proved of the trials, each sentence once; empty where all was proved. */
    static String notProved(StudyResult result) {
        Map<String, SequencedSet<String>> variants = new LinkedHashMap<>();
        result.variants().forEach(variant -> variant.trials().forEach(trial -> trial.proofs().notProved()
                .forEach(sentence -> variants.computeIfAbsent(sentence, _ -> new LinkedHashSet<>()).add(variant.id()))));
        StringBuilder text = new StringBuilder();
        variants.forEach((sentence, ids) -> text.append(Text.format("%s: %s%n", String.join(", ", ids), sentence)));
        return text.toString();
    }

    static String verdict(StudyResult result) {
        return Text.format("verdict: %s (expected: %s)%n  %s%n", result.judgement().verdict().label(), result.study().expected().label(),
                result.judgement().why());
    }

    private static String loss(TrialResult trial, String measure) {
        return trial.outcome() == TrialStatus.FINISHED ? Numerals.text(trial.measure(measure)) : Values.label(trial.outcome());
    }

    private static String interval(Interval interval) {
        return interval.isKnown() ? Text.format("%s … %s", Numerals.text(interval.low()), Numerals.text(interval.high())) : "–";
    }
}
