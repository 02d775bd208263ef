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
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;

/** The interactions of every two keys that a study varies, at every value of both but the first, and at every point of the other keys. */
final class Interactions {

    /** Of a loss: what three subtractions leave where two keys act exactly apart. */
    private static final double ROUNDING = 1e-14;

    private Interactions() {}

    static List<Interaction> of(Study study, List<StudyResult.VariantResult> variants) {
        Stages stages = Stages.of(study);
        Map<Map<String, Object>, StudyResult.VariantResult> byPoint = new LinkedHashMap<>();
        variants.forEach(variant -> byPoint.put(variant.vary(), variant));
        List<String> keys = List.copyOf(study.axes().keySet());
        List<Interaction> interactions = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            for (int j = i + 1; j < keys.size(); j++) {
                for (StudyResult.VariantResult variant : variants) {
                    add(interactions, study, keys.get(i), keys.get(j), variant, byPoint, stages);
                }
            }
        }
        List<Double> corrected = Statistics.holm(interactions.stream().map(one -> stages.corrected(Statistics.p(one.differences()))).toList());
        for (int i = 0; i < corrected.size(); i++) {
            interactions.set(i, interactions.get(i).corrected(corrected.get(i)));
        }
        return List.copyOf(interactions);
    }

    private static void add(List<Interaction> interactions, Study study, String first, String second, StudyResult.VariantResult both,
                            Map<Map<String, Object>, StudyResult.VariantResult> byPoint, Stages stages) {
        Object noFirst = study.axes().get(first).getFirst();
        Object noSecond = study.axes().get(second).getFirst();
        if (both.vary().get(first).equals(noFirst) || both.vary().get(second).equals(noSecond)) {
            return;
        }
        StudyResult.VariantResult onlyFirst = byPoint.get(with(both.vary(), Map.of(second, noSecond)));
        StudyResult.VariantResult onlySecond = byPoint.get(with(both.vary(), Map.of(first, noFirst)));
        StudyResult.VariantResult neither = byPoint.get(with(both.vary(), Map.of(first, noFirst, second, noSecond)));
        if (Stream.of(onlyFirst, onlySecond, neither).anyMatch(Objects::isNull)) {
            return;
        }
        SequencedMap<Long, Double> differences = new LinkedHashMap<>();
        for (TrialResult trial : both.trials()) {
            long seed = trial.trial().seed();
            double difference = value(both, seed, study) - value(onlySecond, seed, study) - (value(onlyFirst, seed, study) - value(neither, seed, study));
            if (Double.isFinite(difference)) {
                differences.put(seed, Math.abs(difference) <= ROUNDING * Math.abs(value(both, seed, study)) ? 0 : difference);
            }
        }
        Map<String, Object> at = new LinkedHashMap<>(both.vary());
        at.keySet().removeAll(List.of(first, second));
        interactions.add(new Interaction(study.compareOn(), both.id(), both.trials().size(), Map.entry(first, both.vary().get(first)), Map.entry(second, both.vary().get(second)),
                at, Sentences.subject(both.vary(), first, noFirst, second, noSecond), differences,
                Statistics.student(List.copyOf(differences.values()), stages.confidence()), Double.NaN));
    }

    private static Map<String, Object> with(Map<String, Object> point, Map<String, Object> changes) {
        Map<String, Object> other = new LinkedHashMap<>(point);
        other.putAll(changes);
        return other;
    }

    /** NaN where the trial did not finish. */
    private static double value(StudyResult.VariantResult variant, long seed, Study study) {
        return variant.trials().stream().filter(trial -> trial.trial().seed() == seed && trial.outcome() == TrialStatus.FINISHED)
                .mapToDouble(trial -> trial.measure(study.compareOn())).findFirst().orElse(Double.NaN);
    }
}
