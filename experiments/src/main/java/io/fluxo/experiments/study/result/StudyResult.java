package io.fluxo.experiments.study.result;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Ranks;
import io.fluxo.experiments.study.numbers.Stages;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.model.ModelSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The result of a study.
 *
 * @param definition  the study, its rule and what it compares and draws
 * @param backend     the backend's name
 * @param seed        the first one
 * @param comparisons in the order of the study's keys
 * @param interactions of every two of them
 * @param tuning      what was tried and chosen before
 */
public record StudyResult(StudyDefinition definition, String backend, long seed, Judgement judgement, List<VariantResult> variants,
                          List<Comparison> comparisons, List<Interaction> interactions, Tuning tuning) {

    /** Of more variants no places are told: each two of them would have to be compared. */
    private static final int MOST_RANKED = 200;

    /**
     * One point of the grid.
     *
     * @param interval bootstrap interval of the mean of the finished trials' final losses
     * @param size     of the variant's model
     */
    public record VariantResult(String id, Map<String, Object> vary, Interval interval, ModelSize size, List<TrialResult> trials) {

        /** A measure of the finished trials that have it, by seed. */
        public List<Double> values(String measure) {
            return trials.stream().filter(trial -> trial.outcome() == TrialStatus.FINISHED).map(trial -> trial.measure(measure))
                    .filter(Double::isFinite).toList();
        }
    }

    /** The same result with what was tried and chosen before. */
    public StudyResult with(Tuning before) {
        return new StudyResult(definition, backend, seed, judgement, variants, comparisons, interactions, before);
    }

    public Study study() {
        return definition.study();
    }


    /** Whether any trial has a validation loss. */
    public boolean validated() {
        return variants.stream().flatMap(variant -> variant.trials().stream()).anyMatch(trial -> trial.validationLoss().isPresent());
    }

    /** Whether the verdict is the one that was expected and no trial failed. */
    public boolean asExpected() {
        return judgement.verdict() == study().expected()
                && variants.stream().flatMap(variant -> variant.trials().stream()).noneMatch(trial -> trial.outcome() == TrialStatus.FAILED);
    }

    /**
     * Groups, compares and judges {@code results}, which are in the order of {@code trials}.
     *
     * @param definition what is known of the study; its own specification is replaced by {@code study}
     * @param sizes      a model's size
     */
    public static StudyResult of(Study study, StudyDefinition definition, String backend, long seed, List<PreparedTrial> trials, List<TrialResult> results,
                                 Function<ModelSpec, ModelSize> sizes) {
        List<VariantResult> variants = variants(results, sizes);
        return new StudyResult(definition.with(study), backend, seed, definition.rule().judge(study, trials, results), variants,
                Comparisons.of(study, variants), Interactions.of(study, variants), Tuning.NONE);
    }

    /** Whether {@code results} decide every comparison of {@code study}, so that no more seeds are needed. */
    public static boolean decided(Study study, List<TrialResult> results) {
        return Comparisons.of(study, variants(results, _ -> new ModelSize(0, 0))).stream().allMatch(Comparison::decided);
    }

    /** How many seeds each variant has. */
    public int seeds() {
        return variants.stream().mapToInt(variant -> variant.trials().size()).max().orElse(0);
    }

    /** The stages at which there may be more seeds. */
    public Stages stages() {
        return Stages.of(study());
    }

    /** The places that each variant may have in {@link Study#compareOn}, among those whose trials all finished; in no other order than {@link #variants}. */
    public List<Optional<Ranks.Places>> places() {
        if (variants.size() > MOST_RANKED) {
            return Collections.nCopies(variants.size(), Optional.empty());
        }
        String measure = study().compareOn();
        int sign = MeasureNames.isLoss(measure) ? 1 : -1;
        List<VariantResult> ranked = variants.stream().filter(variant -> variant.values(measure).size() == variant.trials().size()).toList();
        List<Ranks.Places> places = Ranks.of(ranked.stream().map(variant -> variant.values(measure).stream().map(value -> sign * value).toList()).toList(), stages());
        return variants.stream().map(variant -> ranked.contains(variant) ? Optional.of(places.get(ranked.indexOf(variant))) : Optional.<Ranks.Places>empty()).toList();
    }

    /** Groups results, in their order, by variant. */
    private static List<VariantResult> variants(List<TrialResult> results, Function<ModelSpec, ModelSize> sizes) {
        Map<String, List<TrialResult>> grouped = new LinkedHashMap<>();
        for (TrialResult result : results) {
            grouped.computeIfAbsent(result.trial().variant(), key -> new ArrayList<>()).add(result);
        }
        List<VariantResult> variants = new ArrayList<>();
        grouped.forEach((id, trials) -> {
            List<Double> losses = trials.stream()
                    .filter(trial -> trial.outcome() == TrialStatus.FINISHED)
                    .map(TrialResult::finalLoss)
                    .toList();
            Trial first = trials.getFirst().trial();
            variants.add(new VariantResult(id, first.vary(), Statistics.bootstrap(losses),
                    sizes.apply(first.model()), trials));
        });
        return variants;
    }
}
