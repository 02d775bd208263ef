package io.fluxo.experiments.study.builtin;

import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.judge.VerdictRule;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Task;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.setting.Choice;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The rule on the numbers of the claim {@code warm-up}, and on numbers that break it one condition at a time. The task's unigram entropy is 2.29. */
class PreVersusPostTest {

    private final StudyDefinition definition = StudyLibrary.standard().find("pre-vs-post").orElseThrow();
    private final Study study = definition.study().withTask(TaskSpec.DEFAULT.with(TaskSpec.KIND, "markov").withAll(Map.of("states", 12)));
    private final List<PreparedTrial> trials = Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
    private final double entropy = trials.getFirst().task().unigramEntropy().orElseThrow();

    private final double[] measured = {-0.47, -0.52, -0.51, -0.46, -0.51, -0.51, 0.02, -0.03, 0.00, -0.39, -0.43, -0.38};

    @Test
    void holdsOnWhatWasMeasured() {
        Judgement judgement = judge(measured);
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.HOLDS);
        assertThat(judgement.criteria()).hasSize(3).allMatch(Judgement.Criterion::met);
        assertThat(judgement.why()).contains("0.007 nats").contains("0.380 nats").contains("stands at the unigram entropy");
        assertThat(definition.study().expected()).isEqualTo(StudyVerdict.HOLDS);
    }

    @Test
    void everyConditionCanBreakIt() {
        assertBroken(0, with(3, -0.3, -0.3, -0.3));          // pre-norm gains from warm-up too
        assertBroken(1, with(9, -0.17, -0.43, -0.38));       // one post-norm seed does without
        assertBroken(2, with(6, 0.25, 0.0, 0.0));            // above the plateau
        assertBroken(2, with(6, 0.0, -0.21, 0.0));           // below it
    }

    /** A task of somebody's own need not know it. */
    @Test
    void withoutTheUnigramEntropyThereIsNoPlateau() {
        Task known = trials.getFirst().task();
        Task unknown = (Task) Proxy.newProxyInstance(Task.class.getClassLoader(), new Class<?>[] {Task.class},
                (_, method, arguments) -> method.getName().equals("unigramEntropy") ? OptionalDouble.empty() : method.invoke(known, arguments));
        Judgement judgement = definition.rule().judge(study, trials.stream().map(prepared -> new PreparedTrial(prepared.trial(), unknown)).toList(), results(measured));
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.INCONCLUSIVE);
        assertThat(judgement.why()).isEqualTo("the task's unigram entropy is not known, so there is no plateau to compare with.");
    }

    private void assertBroken(int criterion, double[] losses) {
        Judgement judgement = judge(losses);
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.DOES_NOT_HOLD);
        for (int i = 0; i < 3; i++) {
            assertThat(judgement.criteria().get(i).met()).as("criterion %d", i).isEqualTo(i != criterion);
        }
    }

    /** Half a hundredth of a nat on either side of each bound: 0.10 of pre-norm's means, 0.2 of post-norm's losses, 0.2 about the plateau. */
    @Test
    void boundsAreWhereTheyAreSaidToBe() {
        assertPreGap(0.095, true);
        assertPreGap(0.105, false);
        assertPreGap(-0.095, true);
        assertPreGap(-0.105, false);
        for (int seed = 0; seed < 3; seed++) {
            assertMet(1, with(9 + seed, measured[6 + seed] - 0.205), true);
            assertMet(1, with(9 + seed, measured[6 + seed] - 0.195), false);
            assertMet(2, with(6 + seed, 0.195), true);
            assertMet(2, with(6 + seed, 0.205), false);
            assertMet(2, with(6 + seed, -0.195), true);
            assertMet(2, with(6 + seed, -0.205), false);
        }
        assertThat(definition.rule().judge(study.withTraining(study.training().with(STEPS, 500)), trials, results(measured)).verdict()).isEqualTo(StudyVerdict.HOLDS);
    }

    /** Two seeds, whose means are exact: 0.1 nats are not less than 0.10, and 0.2 not more than 0.2. */
    @Test
    void theBoundItselfIsNeitherLessNorMore() {
        Study two = study.withSeeds(2);
        List<PreparedTrial> prepared = Trials.prepare(Trials.of(two, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
        double[] losses = {0.1, 0.1, 0, 0, 0.2, 0.2, 0, 0};
        List<TrialResult> results = new ArrayList<>();
        for (int i = 0; i < losses.length; i++) {
            results.add(result(prepared.get(i).trial(), TrialStatus.FINISHED, losses[i]));
        }
        assertThat(definition.rule().judge(two, prepared, results).criteria()).extracting(Judgement.Criterion::met).containsExactly(false, false, false);
    }

    private void assertPreGap(double gap, boolean met) {
        assertMet(0, with(0, -0.5, -0.6, -0.4, -0.5 + gap, -0.6 + gap, -0.4 + gap), met);
    }

    private void assertMet(int criterion, double[] losses, boolean met) {
        assertThat(judge(losses).criteria().get(criterion).met()).as("criterion %d of %s", criterion, Arrays.toString(losses)).isEqualTo(met);
    }

    @Test
    void saysNothingWhereItCannot() {
        assertInconclusive(study.withTraining(study.training().with(STEPS, 499)), results(measured), "499 steps are too few");
        assertInconclusive(study.withVary(Map.of("model.placement", List.of(Choice.of("pre"), Choice.of("post")))), results(measured), "defined for the grid");
        assertInconclusive(study.withVary(Map.of("model.placement", List.of(Choice.of("pre"), Choice.of("post")), "training.warmup", List.of(1, 100))), results(measured), "grid");
        assertInconclusive(study, results(measured).subList(0, 11), "1 of 12 trials failed or are missing");
        List<TrialResult> failed = new ArrayList<>(results(measured));
        failed.set(5, result(trials.get(5).trial(), TrialStatus.FAILED, Double.NaN));
        assertInconclusive(study, failed, "1 of 12 trials failed");
    }

    @Test
    void aDivergenceIsNoPlateau() {
        List<TrialResult> diverged = new ArrayList<>(results(measured));
        diverged.set(6, result(trials.get(6).trial(), TrialStatus.DIVERGED, Double.NaN));
        Judgement judgement = definition.rule().judge(study, trials, diverged);
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.DOES_NOT_HOLD);
        assertThat(judgement.why()).startsWith("placement=post,warmup=1,seed=1 diverged");
    }

    @Test
    void aFileThatTakesTheNameTakesTheRuleAndTheQuestion() {
        Study named = Fixtures.study("study: pre-vs-post");
        assertThat(named.question()).isEqualTo(definition.study().question());
        assertThat(named.expected()).isEqualTo(StudyVerdict.HOLDS);
        assertThat(named.vary()).isEmpty();
        assertThat(StudyLibrary.standard().rule(named)).isSameAs(definition.rule());
        assertThat(StudyLibrary.standard().rule(Fixtures.study("study: other"))).isSameAs(VerdictRule.NONE);
    }

    private void assertInconclusive(Study asked, List<TrialResult> results, String why) {
        Judgement judgement = definition.rule().judge(asked, trials, results);
        assertThat(judgement.verdict()).isEqualTo(StudyVerdict.INCONCLUSIVE);
        assertThat(judgement.why()).contains(why);
    }

    private double[] with(int from, double... replacements) {
        double[] losses = measured.clone();
        System.arraycopy(replacements, 0, losses, from, replacements.length);
        return losses;
    }

    private Judgement judge(double[] losses) {
        return definition.rule().judge(study, trials, results(losses));
    }

    private List<TrialResult> results(double[] aboveEntropy) {
        List<TrialResult> results = new ArrayList<>();
        for (int i = 0; i < trials.size(); i++) {
            results.add(result(trials.get(i).trial(), TrialStatus.FINISHED, entropy + aboveEntropy[i]));
        }
        return results;
    }

    private static TrialResult result(Trial trial, TrialStatus outcome, double loss) {
        return new TrialResult(trial, outcome, loss, OptionalDouble.empty(), 1, 500, 1, Proofs.NONE, Map.of(), Findings.NONE, "");
    }
}
