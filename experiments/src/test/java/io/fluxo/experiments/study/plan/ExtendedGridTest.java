package io.fluxo.experiments.study.plan;

import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.result.Sentences;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ExtendedGridTest {

    private static final String RATES = """
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 8, n_heads: 2, n_ctx: 8}
            vary: {model.placement: [pre, post]}
            tune: {steps: 7, over: {training.lr: [1e-3, 3e-3, 1e-2]}, extend: 3}
            seeds: 1
            """;

    /** All that a study's tuning asked for, round by round, and what came of it. */
    private record Searched(Tuning tuning, List<List<Trial>> rounds) {

        List<String> ids(int round) {
            return rounds.get(round).stream().map(Trial::id).toList();
        }

        JsonNode json(int variant) {
            return tuning.json().get(variant);
        }
    }

    /** @param loss of a trial; NaN where it diverges */
    private static Searched search(String yaml, ToDoubleFunction<Trial> loss) {
        StudyTrials trials = StudyTrials.of(study(yaml), 1, Fixtures.CATALOG, Locations.of("test"));
        List<TrialResult> results = new ArrayList<>();
        List<List<Trial>> rounds = new ArrayList<>();
        while (true) {
            Tuning tuning = trials.tuning(List.copyOf(results));
            List<Trial> round = trials.next(tuning).stream().map(PreparedTrial::trial).toList();
            if (round.isEmpty()) {
                return new Searched(tuning, rounds);
            }
            rounds.add(round);
            round.forEach(trial -> results.add(result(trial, loss.applyAsDouble(trial))));
        }
    }

    private static TrialResult result(Trial trial, double loss) {
        return new TrialResult(trial, Double.isNaN(loss) ? TrialStatus.DIVERGED : TrialStatus.FINISHED, loss, OptionalDouble.empty(), 1, 7, 1, Proofs.NONE, Map.of(),
                Findings.NONE, "");
    }

    /** How far the learning rate is from {@code best}, in factors. */
    private static double off(Trial trial, double best) {
        return Math.abs(Math.log(trial.training().get(LR) / best));
    }

    private static boolean isPost(Trial trial) {
        return trial.model().get(PLACEMENT).standard().name().equals("post");
    }

    @Test
    void theSearchGoesOnUntilTheBestLiesInside() {
        Searched searched = search(RATES, trial -> off(trial, isPost(trial) ? 3e-4 : 3e-2));
        assertThat(searched.rounds).hasSize(3);
        assertThat(searched.ids(1)).containsExactly("tune-placement=pre,training.lr=0.03", "tune-placement=post,training.lr=3e-4");
        assertThat(searched.ids(2)).containsExactly("tune-placement=pre,training.lr=0.1", "tune-placement=post,training.lr=1e-4");
        assertThat(searched.tuning.values("placement=pre")).containsOnly(entry("training.lr", 3e-2));
        assertThat(searched.tuning.values("placement=post")).containsOnly(entry("training.lr", 3e-4));
        assertThat(Sentences.edges(searched.tuning)).isEmpty();
        JsonNode pre = searched.json(0);
        assertThat(pre.path("ended").toString()).isEqualTo("[{\"key\":\"training.lr\",\"how\":\"inside\",\"why\":\"\"}]");
        assertThat(pre.path("tried").valueStream().map(tried -> tried.path("extension").asBoolean()).toList()).containsExactly(false, false, false, true, true);
    }

    @Test
    void whereTheBestLiesInsideNothingElseIsTried() {
        assertThat(search(RATES, trial -> off(trial, 3e-3)).rounds).hasSize(1);
    }

    @Test
    void itGoesOnByAtMostSoManyAndSaysSo() {
        Searched searched = search(RATES, trial -> off(trial, isPost(trial) ? 3e-3 : 1e3));
        assertThat(searched.rounds).hasSize(4);
        assertThat(searched.tuning.values("placement=pre")).containsOnly(entry("training.lr", 0.3));
        assertThat(searched.json(0).path("at_edge").toString()).isEqualTo("[\"training.lr\"]");
        assertThat(searched.json(0).path("ended").get(0).path("how").asString()).isEqualTo("edge");
        assertThat(searched.json(0).path("ended").get(0).path("why").asString()).isEqualTo("tune.extend: 3");
        assertThat(Sentences.edges(searched.tuning)).containsExactly("placement=pre chose training.lr 0.3, the largest that was tried: a better one may lie beyond, "
                + "so have the search go on by more than 3 (tune.extend).");
    }

    @Test
    void anOutermostValueThatDivergesLiesOutside() {
        Searched searched = search(RATES, trial -> trial.training().get(LR) > 3e-3 ? Double.NaN : off(trial, 1));
        assertThat(searched.rounds).hasSize(1);
        assertThat(searched.tuning.values("placement=pre")).containsOnly(entry("training.lr", 3e-3));
        assertThat(searched.json(0).path("ended").get(0).path("how").asString()).isEqualTo("inside");
        Searched later = search(RATES, trial -> trial.training().get(LR) > 3e-2 ? Double.NaN : off(trial, 1));
        assertThat(later.ids(2)).containsExactly("tune-placement=pre,training.lr=0.1", "tune-placement=post,training.lr=0.1");
        assertThat(later.rounds).hasSize(3);
        assertThat(later.tuning.values("placement=pre")).containsOnly(entry("training.lr", 3e-2));
    }

    @Test
    void whereNothingFinishesThereIsNothingToGoOnFrom() {
        Searched searched = search(RATES, _ -> Double.NaN);
        assertThat(searched.rounds).hasSize(1);
        assertThat(searched.json(0).path("ended")).isEmpty();
    }

    /** Eight heads divide a width of 8, and none of 4. */
    @Test
    void itStopsWhereTheNextValueWouldBeRefused() {
        Searched searched = search("""
                task: {kind: markov, states: 5}
                model: {n_layers: 1, n_heads: 8, n_ctx: 8}
                tune: {steps: 7, over: {model.d_model: [16, 32]}, extend: 3}
                seeds: 1
                """, trial -> trial.model().get(D_MODEL));
        assertThat(searched.rounds).hasSize(2);
        assertThat(searched.ids(1)).containsExactly("tune-default,model.d_model=8");
        assertThat(searched.json(0).path("ended").toString()).contains("\"how\":\"refused\"", "4: n_heads 8 does not divide d_model 4");
        assertThat(searched.json(0).path("at_edge").toString()).isEqualTo("[\"model.d_model\"]");
        assertThat(Sentences.edges(searched.tuning).getFirst()).contains("default chose model.d_model 8, the smallest that was tried", "but the search cannot go on (4: n_heads 8 does not");
    }

    @Test
    void theTaskIsAskedAsWell() {
        Searched searched = search("""
                task: {kind: recall, pairs: [4]}
                model: {n_layers: 1, d_model: 8, n_heads: 2}
                tune: {steps: 7, over: {model.n_ctx: [8, 16]}, extend: 2}
                seeds: 1
                """, trial -> trial.model().get(N_CTX));
        assertThat(searched.rounds).hasSize(1);
        assertThat(searched.json(0).path("ended").get(0).path("why").asString()).startsWith("4: ").contains("n_ctx must be at least 8");
    }

    @Test
    void aBoundAndTheLeastThatThereIsAreNotGoneBeyond() {
        Searched searched = search("""
                task: {kind: markov, states: 5}
                model: {n_layers: 1, d_model: 8, n_heads: 2, n_ctx: 8}
                tune:
                  steps: 7
                  over: {training.weight_decay: [0, 0.1], model.d_mlp: [8, 16], training.clip: [1], training.optimizer: [adam, adamw]}
                  bounded: {model.d_mlp: the sizes are alike}
                  extend: 2
                seeds: 1
                """, trial -> trial.training().get(WEIGHT_DECAY) - trial.model().get(D_MLP).standard());
        assertThat(searched.rounds).hasSize(1);
        assertThat(searched.json(0).path("ended").valueStream().map(end -> end.path("how").asString() + " " + end.path("why").asString()).toList())
                .containsExactly("least no smaller number makes a difference", "bounded the sizes are alike");
        assertThat(searched.json(0).path("at_edge")).isEmpty();
    }

    private static final String TWO = """
            task: {kind: markov, states: 5}
            model: {n_layers: 1, d_model: 8, n_heads: 2, n_ctx: 8}
            tune: {steps: 7, over: {training.lr: [1e-3, 1e-2], model.d_mlp: [8, 16]}, extend: 2}
            seeds: 1
            """;

    /** What was tried stays a grid: the next value of one key with all of the other, and both keys at once where both are at an end. */
    @Test
    void theNextValueIsTriedWithAllValuesOfTheOtherKeys() {
        Searched one = search(TWO, trial -> off(trial, 0.1) + Math.abs(trial.model().get(D_MLP).standard() - 20));
        assertThat(one.ids(1)).containsExactly("tune-default,training.lr=0.1,model.d_mlp=8", "tune-default,training.lr=0.1,model.d_mlp=16",
                "tune-default,training.lr=1e-3,model.d_mlp=32", "tune-default,training.lr=0.01,model.d_mlp=32", "tune-default,training.lr=0.1,model.d_mlp=32");
        assertThat(one.ids(2)).containsExactly("tune-default,training.lr=1,model.d_mlp=8", "tune-default,training.lr=1,model.d_mlp=16", "tune-default,training.lr=1,model.d_mlp=32");
        assertThat(one.rounds).hasSize(3);
        assertThat(one.tuning.values("default")).containsOnly(entry("training.lr", 0.1), entry("model.d_mlp", 16));
    }

    @Test
    void theLeastAndTheMostAreKnownBefore() {
        StudyTrials one = StudyTrials.of(study(RATES), 1, Fixtures.CATALOG, Locations.of("test"));
        assertThat(one.tuning()).hasSize(6);
        assertThat(one.mostBeyond()).extracting(PreparedTrial::trial).extracting(Trial::id).containsExactly("tune-placement=pre,training.lr=0.03", "tune-placement=pre,training.lr=0.1",
                "tune-placement=pre,training.lr=0.3", "tune-placement=post,training.lr=0.03", "tune-placement=post,training.lr=0.1", "tune-placement=post,training.lr=0.3");
        assertThat(study(RATES).trialCount()).isEqualTo(2 + 6 + 6);
        StudyTrials two = StudyTrials.of(study(TWO), 1, Fixtures.CATALOG, Locations.of("test"));
        assertThat(two.mostBeyond()).hasSize(6 * 6 - 4);
        assertThat(study(TWO).trialCount()).isEqualTo(1 + 36);
        Study refused = study(TWO.replace("model.d_mlp: [8, 16]", "model.d_model: [8, 4]"));
        assertThat(StudyTrials.of(refused, 1, Fixtures.CATALOG, Locations.of("test")).mostBeyond()).as("2 and 16, 32, and no width of 1 for two heads").hasSize(6 * 5 - 4);
    }

    @Test
    void everySeedOfSeveralIsTriedAndTheMeanDecides() {
        String yaml = RATES.replace("extend: 3", "extend: 1, seeds: 2").replace("seeds: 1\n", "seeds: 3\n");
        // 3e-3 has the least single loss and 1e-3 the least mean; 1e-2 has the least of all, and one of its seeds diverges
        Searched searched = search(yaml, trial -> {
            boolean first = trial.seed() == 4;
            double lr = trial.training().get(LR);
            return lr == 1e-2 ? first ? 0 : Double.NaN : lr == 3e-3 ? first ? 1 : 5 : lr == 1e-3 ? 2 : 4;
        });
        assertThat(searched.ids(0)).startsWith("tune-placement=pre,training.lr=1e-3,seed=4", "tune-placement=pre,training.lr=1e-3,seed=5").hasSize(12);
        assertThat(searched.rounds.getFirst()).extracting(Trial::seed).containsOnly(4L, 5L);
        assertThat(searched.ids(1)).containsExactly("tune-placement=pre,training.lr=3e-4,seed=4", "tune-placement=pre,training.lr=3e-4,seed=5",
                "tune-placement=post,training.lr=3e-4,seed=4", "tune-placement=post,training.lr=3e-4,seed=5");
        assertThat(searched.tuning.values("placement=pre")).containsOnly(entry("training.lr", 1e-3));
        assertThat(searched.json(0).path("mean_loss").doubleValue()).isEqualTo(2);
        assertThat(searched.json(0).path("tried")).hasSize(8);
        Tuning.TunedChoice choice = searched.tuning.chosen().getFirst();
        assertThat(choice.tried()).extracting(attempt -> Sentences.loss(attempt, FINAL)).containsExactly("2.000", "3.000", "diverged (1 of 2)", "4.000");
        assertThat(study(yaml).trialCount()).isEqualTo(2 * 3 + 2 * 4 * 2);
    }

    private static final String FINAL = Study.FINAL_LOSS;

    /** Whoever has some of the results asks for the same trials next, in whatever order they came. */
    @Test
    void aRoundThatIsNotWholeIsAskedForAgain() {
        StudyTrials trials = StudyTrials.of(study(RATES.replace("extend: 3", "extend: 3, seeds: 2")), 1, Fixtures.CATALOG, Locations.of("test"));
        List<TrialResult> first = trials.next(trials.tuning(List.of())).stream().map(PreparedTrial::trial).map(trial -> result(trial, off(trial, 3e-2))).toList();
        Tuning whole = trials.tuning(first);
        assertThat(trials.tuning(first.reversed()).open()).isEqualTo(whole.open()).hasSize(2);
        assertThat(trials.tuning(first.subList(0, first.size() - 1)).open()).extracting(Tuning.Open::id)
                .containsExactly("tune-placement=pre,training.lr=0.03", "tune-placement=post,training.lr=0.01");
        List<TrialResult> second = trials.next(whole).stream().map(PreparedTrial::trial).map(trial -> result(trial, off(trial, 3e-2))).toList();
        List<TrialResult> part = Stream.concat(first.stream(), second.stream().limit(3)).toList();
        assertThat(trials.tuning(part).open()).extracting(Tuning.Open::id).as("pre goes on; post lacks a seed")
                .containsExactly("tune-placement=pre,training.lr=0.1", "tune-placement=post,training.lr=0.03");
    }

    @Test
    void whatGoesOnHasToBeAskedWhatIsLegal() {
        Study study = study(RATES);
        List<TrialResult> results = Trials.tuning(study, 1).stream().map(trial -> result(trial, off(trial, 1))).toList();
        assertThatThrownBy(() -> Tuning.of(study, results)).isInstanceOf(IllegalStateException.class).hasMessageContaining("training.lr");
    }
}
