package io.fluxo.experiments.study;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.Judgement.Criterion;
import io.fluxo.text.Text;
import java.util.List;
import java.util.function.Function;

/**
 * A verdict by conditions: the hypothesis holds where all of them are met. Nothing is said of a study that compares something else than the one
 * the conditions were written for, that is shorter, or whose trials are not all there.
 *
 * @param written    the study the conditions were written for
 * @param conditions what was found of each
 */
record Conditions(Study written, Function<Evidence, List<Criterion>> conditions) implements VerdictRule {

    @Override
    public Judgement judge(Study study, List<PreparedTrial> trials, List<TrialResult> results) {
        if (!study.axes().equals(written.axes()) || !study.variants().equals(written.variants()) || study.task().kind() != written.task().kind()) {
            return Judgement.inconclusive(Text.format("the verdict is defined for the variants and the task of the built-in study '%s' only.", written.name()));
        }
        if (study.training().steps() < written.training().steps()) {
            return Judgement.tooFew(study.training().steps(), written.training().steps());
        }
        long unusable = trials.size() - results.stream().filter(result -> result.outcome() != TrialResult.Outcome.FAILED).count();
        if (unusable > 0) {
            return Judgement.inconclusive(Text.format("%d of %d trials failed or are missing.", unusable, trials.size()));
        }
        List<Criterion> criteria = conditions.apply(new Evidence(trials, results));
        List<Criterion> unmet = criteria.stream().filter(criterion -> !criterion.met()).toList();
        return unmet.isEmpty()
                ? new Judgement(StudyVerdict.HOLDS, Text.format("all %d conditions are met.", criteria.size()), criteria)
                : new Judgement(StudyVerdict.DOES_NOT_HOLD, Text.format("%d of %d conditions are not met; the first: %s (measured: %s).", unmet.size(),
                        criteria.size(), unmet.getFirst().statement(), unmet.getFirst().measured()), criteria);
    }
}
