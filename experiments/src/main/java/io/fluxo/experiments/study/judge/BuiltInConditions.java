package io.fluxo.experiments.study.judge;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.judge.Judgement.Criterion;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A verdict by the conditions of a built-in study. Nothing is said of a study of its name that compares something else.
 *
 * @param written the study that lists the conditions
 * @param claims  the claim of {@code verify} that is read off each of them; empty where there is none
 */
public record BuiltInConditions(Study written, List<String> claims) implements VerdictRule {

    public BuiltInConditions {
        if (claims.size() != written.conditions().size()) {
            throw new IllegalArgumentException(Text.format("%d conditions, but %d claims", written.conditions().size(), claims.size()));
        }
    }

    /** Conditions from which no claim is read. */
    public BuiltInConditions(Study written) {
        this(written, written.conditions().stream().map(_ -> "").toList());
    }

    @Override
    public Judgement judge(Study study, List<PreparedTrial> trials, List<TrialResult> results) {
        if (!study.axes().equals(written.axes()) || !study.variants().equals(written.variants()) || !study.task().kind().equals(written.task().kind())) {
            return Judgement.inconclusive(Text.format("the verdict is defined for the variants and the task of the built-in study '%s' only.", written.name()));
        }
        Judgement judgement = ListedConditions.judge(written.conditions(), written.training().get(STEPS), study, trials, results);
        List<Criterion> criteria = judgement.criteria();
        return new Judgement(judgement.verdict(), judgement.why(),
                IntStream.range(0, criteria.size()).mapToObj(i -> criteria.get(i).of(claims.get(i))).toList());
    }
}
