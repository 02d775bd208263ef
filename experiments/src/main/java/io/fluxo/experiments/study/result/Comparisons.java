package io.fluxo.experiments.study.result;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.numbers.Stages;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Which variants are compared: each with the one that differs from it in one key alone, and has there the first value that the study lists. */
final class Comparisons {

    private Comparisons() {}

    static List<Comparison> of(Study study, List<StudyResult.VariantResult> variants) {
        String measure = study.compareOn();
        Stages stages = Stages.of(study);
        Map<Map<String, Object>, StudyResult.VariantResult> byPoint = new LinkedHashMap<>();
        variants.forEach(variant -> byPoint.put(variant.vary(), variant));
        List<Comparison> comparisons = new ArrayList<>();
        study.axes().forEach((key, values) -> {
            for (StudyResult.VariantResult variant : variants) {
                baseline(variant, key, values.getFirst(), byPoint).ifPresent(baseline ->
                        comparisons.add(Comparison.of(measure, variant, baseline, key, differences(measure, variant, baseline), study.margin(),
                                stages.confidence())));
            }
        });
        List<Double> differ = corrected(comparisons, stages, Comparison::p);
        List<Double> diverge = corrected(comparisons, stages, one -> one.evidence().divergence());
        List<Double> equal = corrected(comparisons, stages, one -> one.evidence().equivalence());
        return IntStream.range(0, comparisons.size()).mapToObj(i -> comparisons.get(i).corrected(differ.get(i), diverge.get(i), equal.get(i))).toList();
    }

    /** Each question is a family of its own. */
    private static List<Double> corrected(List<Comparison> comparisons, Stages stages, ToDoubleFunction<Comparison> p) {
        return Statistics.holm(comparisons.stream().map(one -> stages.corrected(p.applyAsDouble(one))).toList());
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
