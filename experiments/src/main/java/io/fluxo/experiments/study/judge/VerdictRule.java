package io.fluxo.experiments.study.judge;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.util.List;

/** Judges a study by its results. A pure function: the verdict is part of {@code results.json}. */
@FunctionalInterface
public interface VerdictRule {

    /**
     * @param trials  every trial that the study asks for, with its task
     * @param results those that ended, however they ended
     */
    Judgement judge(Study study, List<PreparedTrial> trials, List<TrialResult> results);

    /** The rule of a study that does not say what it should show. */
    VerdictRule NONE = (study, trials, results) ->
            Judgement.inconclusive(Text.format("no rule for a verdict is known for the study '%s'; the table compares its variants.", study.name()));
}
