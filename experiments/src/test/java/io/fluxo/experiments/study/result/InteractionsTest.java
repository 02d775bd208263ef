package io.fluxo.experiments.study.result;

import static io.fluxo.experiments.Fixtures.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.numbers.Statistics;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class InteractionsTest {

    private static final String TWO = "task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post], training.warmup: [1, 5]}\nseeds: 3\n";

    /** In the order of the study: pre with warmup 1, pre with 5, post with 1, post with 5; three seeds each. What post adds is 1 without warm-up, and 0.9, 0.88 and 0.89 less with it. */
    private static final double[] DEPENDING = {1, 2, 3, 1.5, 2.6, 3.7, 2, 3, 4, 1.6, 2.72, 3.81};

    private static StudyResult result(String yaml, double... losses) {
        Study study = study(yaml);
        List<PreparedTrial> trials = Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
        List<TrialResult> results = IntStream.range(0, trials.size()).mapToObj(i -> new TrialResult(trials.get(i).trial(),
                Double.isNaN(losses[i]) ? TrialStatus.DIVERGED : TrialStatus.FINISHED, losses[i], OptionalDouble.empty(), 1, 500, 1, Proofs.NONE, Map.of(), Findings.NONE, "")).toList();
        return StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, trials, results, _ -> new ModelSize(1_000, 3_000));
    }

    @Test
    void whatOneKeyBringsIsHeldAgainstWhatItBringsElsewhere() {
        Interaction interaction = result(TWO, DEPENDING).interactions().getFirst();
        assertThat(interaction.variant()).isEqualTo("placement=post,warmup=5");
        assertThat(interaction.differences()).satisfiesExactly(first -> assertThat(first).isCloseTo(-0.9, within(1e-12)),
                second -> assertThat(second).isCloseTo(-0.88, within(1e-12)), third -> assertThat(third).isCloseTo(-0.89, within(1e-12)));
        assertThat(interaction.shown()).isTrue();
        assertThat(interaction.interval().low()).as("−0.89 − 4.3027·0.01/√3").isCloseTo(-0.914841, within(1e-6));
        assertThat(Sentences.of(interaction)).isEqualTo("placement post instead of pre with warmup 5, compared with the same with warmup 1: the difference in final loss changes by"
                + " −0.890 nats (95 % interval −0.915 to −0.865 nats, 3 seeds, corrected p < 0.001).");
    }

    @Test
    void keysThatActApartAreNotSaidToDepend() {
        Interaction interaction = result(TWO, 1, 2, 3, 1.5, 2.6, 3.7, 2, 3, 4, 2.6, 3.5, 4.75).interactions().getFirst();
        assertThat(interaction.shown()).isFalse();
        assertThat(Sentences.of(interaction)).contains("no change of the difference in final loss shown: on average +0.017 nats");
    }

    @Test
    void aSeedThatDidNotFinishInAllFourIsLeftOutAndSaidToBe() {
        double[] losses = DEPENDING.clone();
        losses[4] = Double.NaN; // of pre with warmup 5, the second seed
        Interaction interaction = result(TWO, losses).interactions().getFirst();
        assertThat(interaction.bySeed()).containsOnlyKeys(1L, 3L);
        assertThat(Sentences.of(interaction)).endsWith("; only 2 of 3 seeds finished in all four, so the rest is left out.");
        losses[0] = Double.NaN;
        assertThat(Sentences.of(result(TWO, losses).interactions().getFirst())).endsWith("cannot be told, in one seed did all four finish.");
    }

    /** Three keys: three pairs, each at both values of the third. Holm's correction counts all six. */
    @Test
    void allInteractionsOfAStudyAreOneFamily() {
        String yaml = "task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post], training.warmup: [1, 5], training.lr: [1e-3, 1e-2]}\nseeds: 3\n";
        double[] losses = IntStream.range(0, 24).mapToDouble(i -> StrictMath.sin(i * i)).toArray();
        StudyResult result = result(yaml, losses);
        assertThat(result.interactions()).hasSize(6);
        assertThat(result.interactions().get(1).at()).isEqualTo(Map.of("training.lr", 1e-2));
        double least = result.interactions().stream().mapToDouble(one -> Statistics.p(one.differences())).min().orElseThrow();
        assertThat(result.interactions().stream().mapToDouble(Interaction::holm).min().orElseThrow()).isEqualTo(Math.min(1, 6 * least));
        assertThat(result(yaml + "most_seeds: 6\n", losses).interactions().stream().mapToDouble(Interaction::holm).min().orElseThrow()).as("twice, with two stages")
                .isEqualTo(Math.min(1, 12 * least));
    }

    @Test
    void theyAreInResultsAndInTheTable() {
        StudyResult result = result(TWO, DEPENDING);
        JsonNode one = Results.json(result).path("interactions").get(0);
        assertThat(one.propertyNames()).containsExactly("measure", "variant", "vary", "at", "differences", "mean", "sd", "interval", "p_holm", "shown", "sentence");
        assertThat(one.path("vary").toString()).isEqualTo("{\"model.placement\":\"post\",\"training.warmup\":5}");
        assertThat(one.path("interval").get(0).doubleValue()).isEqualTo(-0.914841);
        assertThat(ResultsCsv.of(result).lines().filter(line -> line.contains("interaction")).map(line -> line.substring(0, line.lastIndexOf(',')))).containsExactly(
                "study,\"placement=post,warmup=5\",post,5,\"placement=post,warmup=5,seed=1\",1,finished,final_loss_interaction,model.placement * training.warmup,",
                "study,\"placement=post,warmup=5\",post,5,\"placement=post,warmup=5,seed=2\",2,finished,final_loss_interaction,model.placement * training.warmup,",
                "study,\"placement=post,warmup=5\",post,5,\"placement=post,warmup=5,seed=3\",3,finished,final_loss_interaction,model.placement * training.warmup,");
        assertThat(Results.json(result("task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 1", 1, 2)).has("interactions")).isFalse();
    }
}
