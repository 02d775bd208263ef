package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Study;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a study came to.
 *
 * @param backend the backend's name
 * @param seed    the first one
 */
public record StudyResult(Study study, String backend, long seed, Judgement judgement, List<VariantResult> variants) {

    /**
     * One point of the grid.
     *
     * @param mean of the finished trials' final losses; NaN if none finished
     * @param sd   sample standard deviation of the same; NaN of fewer than two
     */
    public record VariantResult(String id, Map<String, Object> vary, double mean, double sd, List<TrialResult> trials) {}

    /** Whether the verdict is the one that was expected and no trial failed. */
    public boolean asExpected() {
        return judgement.verdict() == study.expected()
                && variants.stream().flatMap(variant -> variant.trials().stream()).noneMatch(trial -> trial.outcome() == TrialResult.Outcome.FAILED);
    }

    /** Groups and judges {@code results}, which are in the order of {@code trials}. */
    public static StudyResult of(Study study, String backend, long seed, List<PreparedTrial> trials, List<TrialResult> results, VerdictRule rule) {
        return new StudyResult(study, backend, seed, rule.judge(study, trials, results), variants(results));
    }

    /** Groups results, in their order, by variant. */
    private static List<VariantResult> variants(List<TrialResult> results) {
        Map<String, List<TrialResult>> grouped = new LinkedHashMap<>();
        for (TrialResult result : results) {
            grouped.computeIfAbsent(result.trial().variant(), key -> new ArrayList<>()).add(result);
        }
        List<VariantResult> variants = new ArrayList<>();
        grouped.forEach((id, trials) -> {
            List<Double> losses = trials.stream()
                    .filter(trial -> trial.outcome() == TrialResult.Outcome.FINISHED)
                    .map(TrialResult::finalLoss)
                    .toList();
            variants.add(new VariantResult(id, trials.getFirst().trial().vary(), Statistics.mean(losses), Statistics.deviation(losses), trials));
        });
        return variants;
    }
}
