package io.fluxo.experiments.study.judge;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Condition;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.judge.Judgement.Criterion;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.text.Text;
import java.util.List;

/**
 * A verdict by the conditions that a study lists: its hypothesis holds where all of them are met. The verdict is inconclusive for a study that is
 * shorter than the one they were written for, or that lacks trials.
 */
public record ListedConditions() implements VerdictRule {

    @Override
    public Judgement judge(Study study, List<PreparedTrial> trials, List<TrialResult> results) {
        return judge(study.conditions(), study.leastSteps(), study, trials, results);
    }

    public static Judgement judge(List<Condition> conditions, int leastSteps, Study study, List<PreparedTrial> trials, List<TrialResult> results) {
        if (study.training().get(STEPS) < leastSteps) {
            return Judgement.tooFew(study.training().get(STEPS), leastSteps);
        }
        long unusable = trials.size() - results.stream().filter(result -> result.outcome() != TrialStatus.FAILED).count();
        if (unusable > 0) {
            return Judgement.inconclusive(Text.format("%d of %d trials failed or are missing.", unusable, trials.size()));
        }
        MeasuredSeeds measured = new MeasuredSeeds(trials, results);
        List<Criterion> criteria = conditions.stream().map(condition -> ConditionText.criterion(condition, measured)).toList();
        List<Criterion> unmet = criteria.stream().filter(criterion -> !criterion.met()).toList();
        if (unmet.isEmpty()) {
            return new Judgement(StudyVerdict.HOLDS, criteria.size() == 1 ? "the one condition is met." : Text.format("all %d conditions are met.", criteria.size()), criteria);
        }
        String which = criteria.size() == 1 ? "the one condition is not met" : Text.format("%d of %d conditions are not met; the first", unmet.size(), criteria.size());
        return new Judgement(StudyVerdict.DOES_NOT_HOLD, Text.format("%s: %s (measured: %s).", which, unmet.getFirst().statement(), unmet.getFirst().measured()), criteria);
    }
}
