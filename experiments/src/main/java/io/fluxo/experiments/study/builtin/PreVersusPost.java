package io.fluxo.experiments.study.builtin;

import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.judge.Judgement.Criterion;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Choice;
import io.fluxo.setting.Values;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture": post-norm needs learning-rate warm-up, pre-norm does not. Without
 * warm-up the post-norm model falls onto the plateau of a model that knows letter frequencies only; it does not blow up.
 */
final class PreVersusPost {

    private static final String PLACEMENT = "model.placement";
    private static final String WARMUP = "training.warmup";

    /** Steps below which nothing is said: the gap between the variants has to open first. */
    private static final int LEAST_STEPS = 500;

    /** Nats by which pre-norm's mean loss may depend on the warm-up. */
    private static final double PRE_GAP = 0.10;

    /** Nats that post-norm has to lose without warm-up, in every seed. */
    private static final double POST_GAP = 0.2;

    /** Nats within which post-norm without warm-up stands at the unigram entropy. */
    private static final double PLATEAU = 0.2;

    private record Point(String placement, int warmup) {}

    private PreVersusPost() {}

    static StudyDefinition definition() {
        Map<String, List<Object>> vary = new LinkedHashMap<>();
        vary.put(PLACEMENT, List.of(Choice.of("pre"), Choice.of("post")));
        vary.put(WARMUP, List.of(1, 125));
        Study study = Study.DEFAULT.named("pre-vs-post").withVary(vary).asking(
                "Does a post-norm transformer need learning-rate warm-up where a pre-norm one does not?",
                "Pre-norm reaches the same loss with and without warm-up; post-norm without warm-up stays at the loss of letter frequencies alone"
                        + " (Xiong et al. 2020).",
                StudyVerdict.HOLDS);
        return new StudyDefinition(study, PreVersusPost::judge);
    }

    private static Judgement judge(Study study, List<PreparedTrial> trials, List<TrialResult> results) {
        Map<String, Set<Object>> grid = study.vary().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> new HashSet<>(entry.getValue())));
        if (!grid.equals(Map.of(PLACEMENT, Set.of(Choice.of("pre"), Choice.of("post")), WARMUP, Set.of(1, 125)))) {
            return Judgement.inconclusive("the verdict is defined for the grid {model.placement: [pre, post], training.warmup: [1, 125]} only.");
        }
        if (study.training().get(STEPS) < LEAST_STEPS) {
            return Judgement.tooFew(study.training().get(STEPS), LEAST_STEPS);
        }
        long unusable = trials.size() - results.stream().filter(result -> result.outcome() != TrialStatus.FAILED).count();
        if (unusable > 0) {
            return Judgement.inconclusive(Text.format("%d of %d trials failed or are missing.", unusable, trials.size()));
        }
        OptionalDouble entropy = trials.getFirst().task().unigramEntropy();
        if (entropy.isEmpty()) {
            return Judgement.inconclusive("the task's unigram entropy is not known, so there is no plateau to compare with.");
        }
        List<TrialResult> diverged = results.stream().filter(result -> result.outcome() == TrialStatus.DIVERGED).toList();
        if (!diverged.isEmpty()) {
            return new Judgement(StudyVerdict.DOES_NOT_HOLD, Text.format("%s diverged, where a finite loss was expected of every trial.",
                    diverged.stream().map(result -> result.trial().id()).collect(Collectors.joining(", "))), List.of());
        }
        return compare(byPoint(results), entropy.getAsDouble());
    }

    private static Map<Point, List<Double>> byPoint(List<TrialResult> results) {
        Map<Point, List<Double>> losses = new LinkedHashMap<>();
        for (TrialResult result : results) {
            Point point = new Point(result.trial().model().get(ModelSpec.PLACEMENT).standard().name(), result.trial().training().get(TrainingSpec.WARMUP));
            losses.computeIfAbsent(point, key -> new ArrayList<>()).add(result.finalLoss());
        }
        return losses;
    }

    private static Judgement compare(Map<Point, List<Double>> losses, double entropy) {
        double preGap = Math.abs(Statistics.mean(losses.get(new Point("pre", 1))) - Statistics.mean(losses.get(new Point("pre", 125))));
        List<Double> cold = losses.get(new Point("post", 1));
        List<Double> warm = losses.get(new Point("post", 125));
        List<Double> gaps = new ArrayList<>();
        List<Double> heights = new ArrayList<>();
        for (int seed = 0; seed < cold.size(); seed++) {
            gaps.add(cold.get(seed) - warm.get(seed));
            heights.add(cold.get(seed) - entropy);
        }
        boolean preSame = preGap < PRE_GAP;
        boolean postWorse = gaps.stream().allMatch(gap -> gap > POST_GAP);
        boolean plateau = heights.stream().allMatch(height -> Math.abs(height) <= PLATEAU);
        List<Criterion> criteria = List.of(
                new Criterion(Text.format("pre-norm: warm-up changes the mean final loss by less than %s nats", Values.label(PRE_GAP)),
                        nats(preGap) + " nats", preSame),
                new Criterion(Text.format("post-norm: without warm-up the final loss is more than %s nats higher, in every seed", Values.label(POST_GAP)),
                        listed(gaps) + " nats", postWorse),
                new Criterion(Text.format("post-norm without warm-up: within %s nats of the unigram entropy, %s", Values.label(PLATEAU), nats(entropy)),
                        listed(heights) + " nats from it", plateau));
        String why = Text.format("Warm-up changes pre-norm's mean final loss by %s nats; without it post-norm loses at least %s nats, in the seed least affected, and %s.",
                nats(preGap), nats(gaps.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN)),
                        plateau ? "stands at the unigram entropy" : "does not stand at the unigram entropy");
        return new Judgement(preSame && postWorse && plateau ? StudyVerdict.HOLDS : StudyVerdict.DOES_NOT_HOLD, why, criteria);
    }

    private static String listed(List<Double> values) {
        return values.stream().map(value -> Text.format("%+.3f", value).replace('-', '−')).collect(Collectors.joining(" · "));
    }

    private static String nats(double value) {
        return Text.format("%.3f", value);
    }
}
