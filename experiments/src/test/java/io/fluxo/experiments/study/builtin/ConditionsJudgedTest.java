package io.fluxo.experiments.study.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.judge.Judgement.Criterion;
import io.fluxo.experiments.study.judge.VerdictRule;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a study's own conditions say of results that were made up: two variants, three seeds. */
class ConditionsJudgedTest {

    private static final double NONE = Double.NaN;

    private static Study study(String conditions) {
        return Fixtures.study("""
                study: mine
                task: {kind: markov, states: 5}
                model: {n_layers: 1, d_model: 8, n_ctx: 8}
                training: {steps: 30, batch: 2, eval_every: 10}
                variants: {a: {}, b: {model.placement: post}}
                conditions: [%s]
                """.formatted(conditions));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {measure: final_loss, of: a, below: 2.1}                          | final loss of a, in nats, is below 2.1, in every seed | 1 · 1.5 · 2 | true
            {measure: final_loss, of: a, below: 2}                            | final loss of a, in nats, is below 2, in every seed | 1 · 1.5 · 2 | false
            {measure: final_loss, of: a, above: 1}                            | final loss of a, in nats, is above 1, in every seed | 1 · 1.5 · 2 | false
            {measure: final_loss, of: a, below: 1.6, in: mean}                | final loss of a, in nats, is below 1.6, on average over the seeds | 1.5 (1 · 1.5 · 2) | true
            {measure: final_loss, of: a, above: 1.6, in: mean}                | final loss of a, in nats, is above 1.6, on average over the seeds | 1.5 (1 · 1.5 · 2) | false
            {measure: final_loss, of: b, less: a, above: 0.3}                 | final loss of b less that of a, in nats, is above 0.3, in every seed | 1 · 0.5 · 0.25 | false
            {measure: final_loss, of: b, less: a, above: 0.2, below: 1.1}     | final loss of b less that of a, in nats, is above 0.2 and below 1.1, in every seed | 1 · 0.5 · 0.25 | true
            {measure: final_loss, of: b, less: a, above: 0.2, below: 0.9}     | final loss of b less that of a, in nats, is above 0.2 and below 0.9, in every seed | 1 · 0.5 · 0.25 | false
            {measure: final_loss, of: a, less: b, below: -0.3, in: mean}      | final loss of a less that of b, in nats, is below −0.3, on average over the seeds | −0.583 (−1 · −0.5 · −0.25) | true
            {measure: final_loss, of: b, over: a, above: 1}                   | final loss of b divided by that of a is above 1, in every seed | 2 · 1.333 · 1.125 | true
            {measure: final_loss, of: b, over: a, above: 1.124}               | final loss of b divided by that of a is above 1.124, in every seed | 2 · 1.3333 · 1.125 | true
            {measure: final_loss, of: b, over: a, below: 1.5, in: mean}       | final loss of b divided by that of a is below 1.5, on average over the seeds | 1.486 (2 · 1.333 · 1.125) | true
            {measure: validation_loss, of: a, above: 1.9}                     | validation loss of a, in nats, is above 1.9, in every seed | 2 · 2.5 · 3 | true
            {measure: stream_gradient_spread, of: a, over: b, below: 0.51}    | stream gradient spread of a divided by that of b is below 0.51, in every seed | 0.5 · 0.5 · 0.5 | true
            {measure: loss_by_position, at: 1, of: a, less_at: 8, above: 0.5} | loss at position 1 of a less its loss at position 8, in nats, is above 0.5, in every seed | 0.7 · 0.7 · 0.7 | true
            {measure: loss_by_position, at: 8, of: a, less: b, below: -0.1}   | loss at position 8 of a less that of b, in nats, is below −0.1, in every seed | −1 · −0.5 · −0.25 | true
            {measure: exam_accuracy, of: a, above: 0.1}                       | exam accuracy of a is above 0.1, in every seed | NaN · NaN · NaN | false
            {measure: final_loss, of: a, below: 2.1, what: the loss}          | the loss is below 2.1, in every seed | 1 · 1.5 · 2 | true
            {measure: final_loss, of: a, less: b, below: 1e-4}                | final loss of a less that of b, in nats, is below 0.0001, in every seed | −1 · −0.5 · −0.25 | true
            {measure: final_loss, of: a, less: b, below: 1e-8}                | final loss of a less that of b, in nats, is below 0.00000001, in every seed | −1 · −0.5 · −0.25 | true
            {measure: final_loss, of: a, above: 1e-12}                        | final loss of a, in nats, is above 1e-12, in every seed | 1 · 1.5 · 2 | true
            """)
    void isMetWhereItShouldBe(String condition, String statement, String measured, boolean met) {
        Study study = study(condition);
        Criterion criterion = judge(study, results(study, 1, 1.5, 2, 2, 2, 2.25)).criteria().getFirst();
        assertThat(criterion).isEqualTo(new Criterion("", statement, measured, met));
    }

    @Test
    void boundsCanBeCountedFromWhatTheTaskKnows() {
        Study study = study("{measure: final_loss, of: a, above: -0.1, below: 0.2, relative_to: unigram_entropy}, {measure: final_loss, of: b, below: 0.1, relative_to: floor},"
                + " {measure: final_loss, of: b, above: 0, relative_to: floor, what: its loss}");
        double entropy = trials(study).getFirst().task().unigramEntropy().orElseThrow();
        double floor = trials(study).getFirst().task().floor().orElseThrow();
        Judgement judgement = judge(study, results(study, entropy, entropy - 0.05, entropy + 0.1, floor + 0.05, floor + 0.01, floor + 0.02));
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.HOLDS);
        assertThat(judgement.why()).isEqualTo("all 3 conditions are met.");
        assertThat(judgement.criteria().get(0).statement()).isEqualTo("final loss of a, in nats, is above %s (the unigram entropy − 0.1) and below %s (the unigram entropy + 0.2), in every seed"
                .formatted(three(entropy - 0.1), three(entropy + 0.2)));
        assertThat(judgement.criteria().get(1).statement()).isEqualTo("final loss of b, in nats, is below %s (the floor + 0.1), in every seed".formatted(three(floor + 0.1)));
        assertThat(judgement.criteria().get(2).statement()).isEqualTo("its loss is above %s, in every seed".formatted(three(floor)));
        assertThat(judge(study, results(study, entropy, entropy - 0.15, entropy + 0.1, floor + 0.05, floor + 0.01, floor + 0.02)).criteria()).extracting(Criterion::met)
                .containsExactly(false, true, true);
    }

    @Test
    void boundsAreCountedFromWhatTheVariantsOwnTaskKnows() {
        Study study = Fixtures.study("""
                task: {kind: markov, states: 5}
                variants: {a: {}, b: {task.states: 7}}
                conditions: [{measure: final_loss, of: b, below: 0, relative_to: floor}]
                """);
        List<PreparedTrial> trials = trials(study);
        double own = trials.getLast().task().floor().orElseThrow();
        assertThat(own).isNotEqualTo(trials.getFirst().task().floor().orElseThrow());
        assertThat(judge(study, results(study, 1, 1, 1, 1, 1, 1)).criteria().getFirst().statement())
                .isEqualTo("final loss of b, in nats, is below %s (the floor), in every seed".formatted(three(own)));
    }

    @Test
    void aTrialThatDivergedHasAnInfiniteLoss() {
        Study study = study("{measure: final_loss, of: b, less: a, above: 0.2}, {measure: final_loss, of: b, below: 9}, {measure: final_loss, of: b, above: 9, in: mean},"
                + " {measure: loss_by_position, at: 8, of: b, above: 9}, {measure: stream_gradient_spread, of: b, above: 0}, {measure: final_loss, of: a, less: b, below: 0},"
                + " {measure: validation_loss, of: b, less: a, above: 0}");
        Judgement judgement = judge(study, results(study, 1, 1, 1, NONE, NONE, NONE));
        assertThat(judgement.criteria()).extracting(Criterion::met).containsExactly(true, false, true, true, false, true, true);
        assertThat(judgement.criteria().getFirst().measured()).isEqualTo("diverged · diverged · diverged");
        Judgement both = judge(study, results(study, NONE, 1, 1, NONE, 2, 2));
        assertThat(both.criteria().getFirst()).as("nothing is known of a difference of two that diverged")
                .isEqualTo(new Criterion("", "final loss of b less that of a, in nats, is above 0.2, in every seed", "NaN · 1 · 1", false));
    }

    @Test
    void oneConditionIsSpokenOfInTheSingular() {
        Study study = study("{measure: final_loss, of: a, below: 2.1}");
        assertThat(judge(study, results(study, 1, 1, 1, 1, 1, 1)).why()).isEqualTo("the one condition is met.");
        Judgement unmet = judge(study, results(study, 1, 1, 3, 1, 1, 1));
        assertThat(unmet.why()).isEqualTo("the one condition is not met: final loss of a, in nats, is below 2.1, in every seed (measured: 1 · 1 · 3).");
        assertThat(unmet.verdict()).isEqualTo(StudyVerdict.DOES_NOT_HOLD);
    }

    @Test
    void nothingIsSaidOfWhatIsNotAllThereOrIsTooShort() {
        Study study = study("{measure: final_loss, of: a, below: 2.1}, {measure: final_loss, of: b, below: 2}");
        List<TrialResult> results = results(study, 1, 1, 1, 2, 2, 2);
        assertThat(judge(study, results).why()).startsWith("1 of 2 conditions are not met; the first: final loss of b");
        List<TrialResult> failed = new ArrayList<>(results);
        failed.set(4, results.get(4).failed("broken"));
        assertInconclusive(judge(study, failed), "1 of 6 trials failed or are missing.");
        assertInconclusive(judge(study, results.subList(0, 5)), "1 of 6 trials failed or are missing.");
        assertInconclusive(judge(study.cutTo(29), results), "29 steps are too few: a verdict needs at least 30.");
        assertThat(judge(study.cutTo(31), results).verdict()).isEqualTo(StudyVerdict.DOES_NOT_HOLD);
        assertInconclusive(judge(study.cutTo(1), results), "1 step is too few: a verdict needs at least 30.");
    }

    @Test
    void withoutConditionsNothingIsSaidAsBefore() {
        Study study = study("");
        assertThat(StudyLibrary.standard().rule(study)).isSameAs(VerdictRule.NONE);
    }

    private static void assertInconclusive(Judgement judgement, String why) {
        assertThat(judgement).isEqualTo(new Judgement(StudyVerdict.INCONCLUSIVE, why, List.of()));
    }

    private static String three(double value) {
        return "%.3f".formatted(value).replaceFirst("\\.?0+$", "");
    }

    private static Judgement judge(Study study, List<TrialResult> results) {
        return StudyLibrary.standard().rule(study).judge(study, trials(study), results);
    }

    private static List<PreparedTrial> trials(Study study) {
        return Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
    }

    /** @param losses the final losses, of a and then of b; NaN for a trial that diverged */
    private static List<TrialResult> results(Study study, double... losses) {
        List<TrialResult> results = new ArrayList<>();
        for (PreparedTrial prepared : trials(study)) {
            double loss = losses[results.size()];
            boolean first = results.size() < 3;
            boolean finished = Double.isFinite(loss);
            Findings findings = finished ? Findings.NONE.with("stream_gradient_spread", first ? 2 : 4)
                    .with(new AxisCurve("loss_by_position", "position", List.of(1.0, 8.0), List.of(loss + 0.7, loss))) : Findings.NONE;
            results.add(new TrialResult(prepared.trial(), finished ? TrialStatus.FINISHED : TrialStatus.DIVERGED, loss,
                    OptionalDouble.of(finished ? loss + 1 : 0.1), 1, 30, 1, Proofs.NONE, Map.of(), findings, ""));
        }
        return results;
    }
}
