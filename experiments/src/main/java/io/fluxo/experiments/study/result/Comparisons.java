package io.fluxo.experiments.study.result;

import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which variants are compared: each with the one that differs from it in one key alone, and has there the first value that the study lists. */
final class Comparisons {

    private Comparisons() {}

    static List<Comparison> of(Map<String, List<Object>> vary, List<StudyResult.VariantResult> variants, String measure) {
        Map<Map<String, Object>, StudyResult.VariantResult> byPoint = new LinkedHashMap<>();
        variants.forEach(variant -> byPoint.put(variant.vary(), variant));
        List<Comparison> comparisons = new ArrayList<>();
        vary.forEach((key, values) -> {
            for (StudyResult.VariantResult variant : variants) {
                baseline(variant, key, values.getFirst(), byPoint).ifPresent(baseline ->
                        comparisons.add(Comparison.of(measure, variant, baseline, key, differences(measure, variant, baseline))));
            }
        });
        List<Double> corrected = Statistics.holm(comparisons.stream().map(Comparison::p).toList());
        for (int i = 0; i < corrected.size(); i++) {
            comparisons.set(i, comparisons.get(i).corrected(corrected.get(i)));
        }
        return List.copyOf(comparisons);
    }

    private static Optional<StudyResult.VariantResult> baseline(StudyResult.VariantResult variant, String key, Object first,
                                                                Map<Map<String, Object>, StudyResult.VariantResult> byPoint) {
        if (variant.vary().get(key).equals(first)) {
            return Optional.empty();
        }
        Map<String, Object> point = new LinkedHashMap<>(variant.vary());
        point.put(key, first);
        return Optional.ofNullable(byPoint.get(point));
    }

    private static List<Double> differences(String measure, StudyResult.VariantResult variant, StudyResult.VariantResult baseline) {
        List<Double> differences = new ArrayList<>();
        for (TrialResult trial : variant.trials()) { // one that diverged may have a validation loss of before
            baseline.trials().stream().filter(other -> other.trial().seed() == trial.trial().seed()).findFirst()
                    .filter(other -> trial.outcome() == TrialStatus.FINISHED && other.outcome() == TrialStatus.FINISHED)
                    .map(other -> trial.measure(measure) - other.measure(measure))
                    .filter(Double::isFinite)
                    .ifPresent(differences::add);
        }
        return differences;
    }
}
