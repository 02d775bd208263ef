package io.fluxo.experiments.study.judge;

import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.text.Text;
import java.util.List;

/**
 * A verdict with its reasons.
 *
 * @param why      one plain sentence
 * @param criteria the conditions that were checked; empty where there was nothing to judge by
 */
public record Judgement(StudyVerdict verdict, String why, List<Criterion> criteria) {

    /**
     * One condition of a verdict.
     *
     * @param claim     the id of a claim of {@code verify} that is read off this condition; empty for none
     * @param statement what has to be so
     * @param measured  what was seen
     * @param met       whether it is so
     */
    public record Criterion(String claim, String statement, String measured, boolean met) {

        public Criterion(String statement, String measured, boolean met) {
            this("", statement, measured, met);
        }

        /** The same, with a claim that is read off it. */
        public Criterion of(String claimId) {
            return new Criterion(claimId, statement, measured, met);
        }
    }

    public Judgement {
        criteria = List.copyOf(criteria);
    }

    /** The judgement of a training that was cut short: inconclusive. */
    public static Judgement tooFew(int steps, int least) {
        return inconclusive(Text.format("%s %s too few: a verdict needs at least %d.", Text.count(steps, "step"), steps == 1 ? "is" : "are", least));
    }

    public static Judgement inconclusive(String why) {
        return new Judgement(StudyVerdict.INCONCLUSIVE, why, List.of());
    }
}
