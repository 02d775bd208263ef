package io.fluxo.experiments.study.plan;

import static io.fluxo.experiments.Fixtures.preVersusPost;
import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.model.ModelSpec.*;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.result.Sentences;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.setting.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialsTest {

    @Test
    void aGridIsLaidOutVariantByVariantAndSeedBySeed() {
        List<Trial> trials = Trials.of(preVersusPost(), 1);
        assertThat(trials).hasSize(12);
        assertThat(trials).extracting(Trial::id).startsWith("placement=pre,warmup=1,seed=1", "placement=pre,warmup=1,seed=2")
                .endsWith("placement=post,warmup=125,seed=3").doesNotHaveDuplicates();
        Trial last = trials.getLast();
        assertThat(last.model().get(PLACEMENT).standard()).isEqualTo(Choice.of("post"));
        assertThat(last.training().get(WARMUP)).isEqualTo(125);
        assertThat(last.seed()).isEqualTo(3);
        assertThat(last.measures()).hasSize(5);
    }

    @Test
    void idsAreSafeAndDistinct() {
        List<Trial> trials = Trials.of(study("""
                vary:
                  task.corpus: [a/text.txt, b/text.txt, "B/Text.txt", "../..", "c:\\\\x y*?.txt"]
                  training.betas: [[0.9, 0.98], [0.9, 0.99]]
                  training.lr: [1e-5, 1e+5]
                seeds: 1
                """), 9);
        assertThat(trials).extracting(Trial::id).doesNotHaveDuplicates().allMatch(id -> id.matches("[A-Za-z0-9._+=,~-]+") && id.length() < 200);
        assertThat(trials.getFirst().id()).isEqualTo("corpus=a-text.txt,betas=0.9-0.98,lr=1e-5,seed=9");
        assertThat(Trials.of(study("seeds: 1").withVary(Map.of("task.corpus", List.of("/x/?!", "/x/b"))), 9)).extracting(Trial::id).as("nothing of ?! is safe")
                .containsExactly("corpus=value,seed=9", "corpus=b,seed=9");
    }

    @Test
    void variantsAreShownAsTheyWereWrittenAndOnlyFoldersAreNumbered() {
        Study study = study("""
                variants: {A: {model.d_model: 8}, a: {model.d_model: 16}, a_2: {model.d_model: 32}, "a.": {model.d_model: 64}}
                vary: {training.betas: [[0.9, 0.98], [0.9, 0.99]]}
                seeds: 1
                """);
        assertThat(Trials.of(study, 1)).extracting(Trial::variant).containsExactly("A,betas=[0.9, 0.98]", "A,betas=[0.9, 0.99]", "a,betas=[0.9, 0.98]",
                "a,betas=[0.9, 0.99]", "a_2,betas=[0.9, 0.98]", "a_2,betas=[0.9, 0.99]", "a.,betas=[0.9, 0.98]", "a.,betas=[0.9, 0.99]");
        assertThat(Trials.of(study, 1)).extracting(Trial::id).contains("A,betas=0.9-0.98,seed=1", "a~2,betas=0.9-0.98,seed=1", "a_2,betas=0.9-0.98,seed=1",
                "a~3,betas=0.9-0.98,seed=1");
        assertThat(Trials.of(study, 1).stream().map(trial -> trial.id().toLowerCase(java.util.Locale.ROOT))).doesNotHaveDuplicates();
    }

    @Test
    void variantsOfFilesAreNamedByWhatTellsThemApart() {
        Study study = study("seeds: 1").withVary(Map.of("task.corpus", List.of("/home/me/en/text.txt", "/home/me/de/text.txt", "wordnet")));
        assertThat(Trials.of(study, 1)).extracting(Trial::variant).containsExactly("corpus=en/text.txt", "corpus=de/text.txt", "corpus=wordnet");
        assertThat(Trials.of(study, 1)).extracting(Trial::id).containsExactly("corpus=en-text.txt,seed=1", "corpus=de-text.txt,seed=1", "corpus=wordnet,seed=1");
    }

    @Test
    void whatNobodyCouldReadIsNumbered() {
        Study study = study("""
                variants: {%s: {}, x: {}}
                vary:
                  training.betas: [[0.912345678, 0.98765432], [0.1, 0.2]]
                  training.epsilon: [1.23456789e-7, 1]
                  model.norm_eps: [1.23456789e-7, 1]
                  training.weight_decay: [1.23456789e-7, 1]
                seeds: 1
                """.formatted("very-long-name-".repeat(4)));
        assertThat(Trials.of(study, 1)).extracting(Trial::variant).doesNotHaveDuplicates().contains("variant~1").anyMatch(name -> name.startsWith("x,betas="));
        Study longer = study("""
                variants: {x: {}, %s: {}}
                vary:
                  training.betas: [[0.912345678, 0.98765432]]
                  training.epsilon: [1.23456789e-7]
                  model.norm_eps: [1.23456789e-7]
                  training.weight_decay: [1.23456789e-7]
                  model.embed_std: [1.23456789e-7]
                seeds: 1
                """.formatted("very-long-name-".repeat(4)));
        assertThat(Trials.of(longer, 1)).extracting(Trial::id).last().isEqualTo("variant~2,seed=1");
    }

    /** Names of 160 characters are shown; longer ones are numbered, and what was tried for them is found again. */
    @Test
    void longNamesOfWhatIsTunedAreNumbered() {
        Study study = study("""
                vary: {training.betas: [[0.9, 0.98]]}
                tune:
                  steps: 7
                  over:
                    training.epsilon: [1.23456789e-7, 1]
                    model.norm_eps: [1.23456789e-7]
                    training.weight_decay: [1.23456789e-7]
                    training.lr: [1.234567890123e-7]
                    training.clip: [1.2345678901234567]
                seeds: 1
                """);
        List<Trial> trials = Trials.tuning(study, 1);
        assertThat(trials).extracting(Trial::id).containsExactly("tune-betas=0.9-0.98,1", "tune-betas=0.9-0.98,2");
        Tuning tuning = Tuning.of(study, trials.stream().map(trial -> result(trial, trial.training().get(EPSILON))).toList());
        assertThat(tuning.choice("betas=[0.9, 0.98]").orElseThrow().tried()).extracting(attempt -> attempt.results().getFirst().trial().id())
                .containsExactly("tune-betas=0.9-0.98,1", "tune-betas=0.9-0.98,2");
    }

    @Test
    void aFoldersNameHas160CharactersAtMost() {
        String yaml = """
                variants: {x: {}, %s: {}}
                vary:
                  training.betas: [[0.912345678, 0.98765432]]
                  training.epsilon: [1.23456789e-7]
                  model.norm_eps: [1.23456789e-7]
                  training.weight_decay: [1.23456789e-7]
                  model.embed_std: [1.23456789e-7]
                seeds: 1
                """;
        String rest = ",betas=0.912345678-0.98765432,epsilon=1.23456789e-7,norm_eps=1.23456789e-7,weight_decay=1.23456789e-7,embed_std=1.23456789e-7";
        String longest = "v".repeat(160 - rest.length());
        assertThat(Trials.of(study(yaml.formatted(longest)), 1)).extracting(Trial::id).last().isEqualTo(longest + rest + ",seed=1");
        assertThat(Trials.of(study(yaml.formatted(longest + "v")), 1)).extracting(Trial::id).last().isEqualTo("variant~2,seed=1");
    }

    @Test
    void aTuningTrialsIdHas160CharactersAtMost() {
        String yaml = """
                variants: {%s: {}}
                tune:
                  steps: 7
                  over:
                    training.epsilon: [1.23456789e-7]
                    model.norm_eps: [1.23456789e-7]
                    training.weight_decay: [1.23456789e-7]
                    model.embed_std: [1.23456789e-7]
                seeds: 1
                """;
        String rest = ",training.epsilon=1.23456789e-7,model.norm_eps=1.23456789e-7,training.weight_decay=1.23456789e-7,model.embed_std=1.23456789e-7";
        String longest = "v".repeat(160 - "tune-".length() - rest.length());
        assertThat(Trials.tuning(study(yaml.formatted(longest)), 1)).extracting(Trial::id).containsExactly("tune-" + longest + rest);
        assertThat(Trials.tuning(study(yaml.formatted(longest + "v")), 1)).extracting(Trial::id).containsExactly("tune-" + longest + "v,1");
    }

    @Test
    void whatSeveralVariantsTryHasOneName() {
        Study study = study("""
                variants: {a: {}, b: {model.d_model: 8}}
                tune: {steps: 7, over: {training.lr: [1e-3, 1e-2]}, instead: {b: {training.lr: [1e-2, 1e-1]}}}
                seeds: 1
                """);
        assertThat(Trials.tuning(study, 1)).extracting(Trial::id).containsExactly("tune-a,training.lr=1e-3", "tune-a,training.lr=0.01",
                "tune-b,training.lr=0.01", "tune-b,training.lr=0.1");
        assertThat(Trials.tuning(study("tune: {steps: 7, over: {training.lr: [1e-2]}}\nseeds: 1"), 1)).extracting(Trial::id).containsExactly("tune-default,training.lr=0.01");
    }

    @Test
    void keysThatEndAlikeKeepTheirSection() {
        assertThat(Trials.of(study("vary: {model.d_model: [8]}\nseeds: 1"), 1)).extracting(Trial::id).containsExactly("d_model=8,seed=1");
        assertThat(Trials.of(study("seeds: 2"), 1)).extracting(Trial::id).containsExactly("seed=1", "seed=2");
    }

    private static final String TUNED = """
            variants:
              small: {model.d_model: 8}
              large: {model.d_model: 16}
            vary: {training.warmup: [1, 5]}
            tune: {steps: 7, over: {training.lr: [1e-2, 1e-3]}, instead: {large: {}}}
            seeds: 2
            """;

    @Test
    void namedVariantsStandBesideTheGrid() {
        List<Trial> trials = Trials.of(study(TUNED), 1);
        assertThat(trials).extracting(Trial::variant).containsExactly("small,warmup=1", "small,warmup=1", "small,warmup=5", "small,warmup=5",
                "large,warmup=1", "large,warmup=1", "large,warmup=5", "large,warmup=5");
        assertThat(trials.getLast().vary()).containsOnly(entry("variants", "large"), entry("training.warmup", 5));
        assertThat(trials.getLast().model().get(D_MODEL)).isEqualTo(16);
        assertThat(trials.getLast().training().get(WARMUP)).isEqualTo(5);
        assertThat(study(TUNED).trialCount()).isEqualTo(8 + 4);
    }

    @Test
    void tuningHasTrialsOfItsOwnWithASeedOfTheirOwn() {
        List<Trial> trials = Trials.tuning(study(TUNED), 4);
        assertThat(trials).extracting(Trial::id).containsExactly("tune-small,warmup=1,training.lr=0.01", "tune-small,warmup=1,training.lr=1e-3",
                "tune-small,warmup=5,training.lr=0.01", "tune-small,warmup=5,training.lr=1e-3");
        assertThat(trials).allSatisfy(trial -> {
            assertThat(trial.seed()).isEqualTo(6);
            assertThat(trial.training().get(STEPS)).isEqualTo(7);
            assertThat(trial.measures()).isEmpty();
        });
        assertThat(trials.getLast().training().get(LR)).isEqualTo(1e-3);
        assertThat(Trials.tuning(study("seeds: 1"), 1)).isEmpty();
    }

    @Test
    void theLeastLossIsChosenAndTheFirstOfSeveral() {
        Study study = study(TUNED.replace("1e-3]", "1e-3, 3e-3]"));
        List<Trial> trials = Trials.tuning(study, 1);
        double[] losses = {2, Double.NaN, 1, Double.NaN, 3, 3};
        List<TrialResult> results = IntStream.range(0, 6).mapToObj(i -> result(trials.get(i), losses[i])).toList();
        Tuning tuning = Tuning.of(study, results);
        assertThat(tuning.values("small,warmup=1")).containsOnly(entry("training.lr", 3e-3));
        assertThat(tuning.values("small,warmup=5")).containsOnly(entry("training.lr", 1e-3));
        assertThat(tuning.values("large,warmup=1")).isEmpty();
        List<Trial> measured = Trials.of(study, 1, tuning);
        assertThat(measured.getFirst().training().get(LR)).isEqualTo(3e-3);
        assertThat(measured.get(2).training().get(LR)).isEqualTo(1e-3);
        assertThat(measured.getLast().training().get(LR)).isEqualTo(study.training().get(LR));
        assertThat(measured).extracting(Trial::id).isEqualTo(Trials.of(study, 1).stream().map(Trial::id).toList());
        assertThat(tuning.json().get(0).path("chosen").path("training.lr").doubleValue()).isEqualTo(3e-3);
        assertThat(tuning.json().get(0).path("tried").size()).isEqualTo(3);
        Tuning none = Tuning.of(study, trials.stream().map(trial -> result(trial, Double.NaN)).toList());
        assertThat(none.values("small,warmup=1")).as("the first where none finished").containsOnly(entry("training.lr", 1e-2));
    }

    @Test
    void aChoiceAtTheEdgeOfWhatWasTriedIsSaid() {
        Study study = study("""
                model: {n_heads: 1}
                vary: {model.placement: [pre, post]}
                tune:
                  steps: 7
                  over: {training.lr: [1e-2, 1e-3, 3e-3], training.warmup: [5], model.norm: [layer_norm, rms_norm]}
                seeds: 1
                """);
        Tuning tuning = tuned(study, Map.of("pre", 1e-2, "post", 3e-3));
        assertThat(edges(tuning)).containsExactly(List.of("training.lr"), List.of());
        assertThat(Sentences.edges(tuning)).containsExactly(
                "placement=pre chose training.lr 0.01, the largest that was tried: a better one may lie beyond, so widen its values in tune, or have the search go on (tune.extend).");
        assertThat(tuning.json().get(0).path("at_edge").toString()).isEqualTo("[\"training.lr\"]");
        assertThat(tuning.json().get(1).path("at_edge").toString()).isEqualTo("[]");
        assertThat(Sentences.edges(tuned(study, Map.of("pre", 1e-3, "post", 1e-3)))).containsExactly(
                "placement=pre, placement=post chose training.lr 1e-3, the smallest that was tried: a better one may lie beyond, so widen its values in tune, or have the search go on (tune.extend).");
        assertThat(edges(tuned(study, Map.of("pre", Double.NaN, "post", Double.NaN)))).as("nothing was chosen").containsExactly(List.of(), List.of());
    }

    @Test
    void aBoundAndZeroAreNoEdges() {
        Study study = study("""
                variants: {small: {}, counting: {model.family: ngram}}
                tune:
                  steps: 7
                  over: {model.d_model: [8, 16], training.weight_decay: [0, 0.1]}
                  instead: {counting: {model.ngram_order: [2, 3]}}
                  bounded: {model.d_model: parameters stay comparable.}
                seeds: 1
                """);
        Tuning first = Tuning.of(study, Trials.tuning(study, 1).stream().map(trial -> result(trial, 1)).toList());
        assertThat(edges(first)).as("d_model 8 is bounded, no weight decay is below 0").containsExactly(List.of(), List.of("model.ngram_order"));
        Tuning last = Tuning.of(study, Trials.tuning(study, 1).stream().map(trial -> result(trial, -trial.training().get(WEIGHT_DECAY))).toList());
        assertThat(edges(last)).containsExactly(List.of("training.weight_decay"), List.of("model.ngram_order"));
        assertThat(Sentences.bounds(study.tune())).containsExactly("model.d_model is bounded: parameters stay comparable.");
    }

    @Test
    void aWarmUpOfOneStepIsTheLeastThatThereIs() {
        Study study = study("""
                tune: {steps: 7, over: {training.warmup: [1, 2, 5]}}
                seeds: 1
                """);
        assertThat(edges(Tuning.of(study, Trials.tuning(study, 1).stream().map(trial -> result(trial, trial.training().get(WARMUP))).toList()))).containsExactly(List.of());
        assertThat(edges(Tuning.of(study, Trials.tuning(study, 1).stream().map(trial -> result(trial, -trial.training().get(WARMUP))).toList())))
                .containsExactly(List.of("training.warmup"));
    }

    @Test
    void tuningGoesByTheLossThatIsCompared() {
        String yaml = """
                training: {eval_every: 7}
                vary: {model.placement: [pre]}
                tune: {steps: 7, over: {training.lr: [1e-3, 3e-3, 1e-2]}}
                seeds: 1
                """;
        double[] finals = {1, 2, 3};
        double[] validations = {3, 1, Double.NaN};
        for (String measure : List.of("final_loss", "validation_loss", "exam_loss")) {
            Study study = study(yaml + "compare_on: " + measure);
            List<Trial> trials = Trials.tuning(study, 1);
            Tuning tuning = Tuning.of(study, IntStream.range(0, 3).mapToObj(i -> result(trials.get(i), finals[i], OptionalDouble.of(validations[i]))).toList());
            boolean validated = measure.equals("validation_loss");
            assertThat(tuning.values("placement=pre")).as(measure).containsOnly(entry("training.lr", validated ? 3e-3 : 1e-3));
            assertThat(tuning.json().get(0).path("chosen_by").asString()).as("an examination is not tuned on").isEqualTo(validated ? "validation_loss" : "final_loss");
            assertThat(tuning.json().get(0).path("tried").get(1).path("validation_loss").doubleValue()).isEqualTo(1);
        }
    }

    private static List<List<String>> edges(Tuning tuning) {
        return tuning.chosen().stream().map(choice -> choice.edges().stream().map(Tuning.End::key).toList()).toList();
    }

    /** @param best placement → the learning rate that does best with it; NaN where nothing finishes */
    private static Tuning tuned(Study study, Map<String, Double> best) {
        return Tuning.of(study, Trials.tuning(study, 1).stream().map(trial -> {
            double wanted = best.get(trial.model().get(PLACEMENT).standard().name());
            return result(trial, Double.isNaN(wanted) ? Double.NaN : Math.abs(trial.training().get(LR) - wanted));
        }).toList());
    }

    private static TrialResult result(Trial trial, double loss) {
        return result(trial, loss, OptionalDouble.empty());
    }

    private static TrialResult result(Trial trial, double loss, OptionalDouble validation) {
        return new TrialResult(trial, Double.isNaN(loss) ? TrialStatus.DIVERGED : TrialStatus.FINISHED, loss, validation, 1,
                7, 1, Proofs.NONE, Map.of(), Findings.NONE, "");
    }

    @Test
    void theTaskFillsInTheVocabulary() {
        List<PreparedTrial> prepared = prepare("task: {kind: markov, states: 7}");
        assertThat(prepared.getFirst().trial().model().get(D_VOCAB)).isEqualTo(7);
        assertThat(prepare("task: {kind: markov, states: 7}\nmodel: {d_vocab: 64}").getFirst().trial().model().get(D_VOCAB)).isEqualTo(64);
        assertThat(prepare("task: {kind: markov, states: 7}\nmodel: {d_vocab: 7}").getFirst().trial().model().get(D_VOCAB)).isEqualTo(7);
        assertThatThrownBy(() -> prepare("task: {kind: markov, states: 7}\nmodel: {d_vocab: 6}")).isInstanceOf(BadInput.class)
                .hasMessageContaining("model.d_vocab: d_vocab 6 is smaller than the task's vocabulary of 7");
    }

    @Test
    void measuresAtTheFirstAndTheLastStep() {
        Trial trial = Trials.of(study("training: {steps: 503}"), 1).getFirst();
        assertThat(trial.measuredAt(1)).isTrue();
        assertThat(trial.measuredAt(2)).isFalse();
        assertThat(trial.measuredAt(8)).isTrue();
        assertThat(trial.measuredAt(503)).isTrue();
    }

    @Test
    void aShorterTrialIsMeasuredWhereverALongerOneIs() {
        Trial trial = Trials.of(study("{}"), 1).getFirst();
        for (int shorter = 1; shorter < 700; shorter += 3) {
            Trial cut = trial.withSteps(shorter);
            for (int longer = shorter; longer < 2_500; longer += 61) {
                Trial whole = trial.withSteps(longer);
                int missed = IntStream.rangeClosed(1, shorter).filter(step -> whole.measuredAt(step) && !cut.measuredAt(step)).findFirst().orElse(0);
                assertThat(missed).as("the step of %d that a trial of %d steps leaves out", longer, shorter).isZero();
            }
        }
    }

    @Test
    void refusesSeedsPastTheEnd() {
        assertThatThrownBy(() -> Trials.of(preVersusPost(), Long.MAX_VALUE)).isInstanceOf(BadInput.class).hasMessageContaining("too large");
        long last = Long.MAX_VALUE - preVersusPost().seeds() - 1;
        assertThat(Trials.of(preVersusPost(), last).getLast().seed()).isEqualTo(last + 2);
        assertThatThrownBy(() -> Trials.of(preVersusPost(), last + 1)).isInstanceOf(BadInput.class);
        assertThatThrownBy(() -> Trials.tuning(study(TUNED), Long.MAX_VALUE)).isInstanceOf(BadInput.class).hasMessageContaining("too large");
    }

    @Test
    void aContextThatTheTaskCannotFillIsRefused() {
        assertThatThrownBy(() -> prepare("task: {kind: recall, pairs: [8]}\nmodel: {n_ctx: 4}")).isInstanceOf(BadInput.class).hasMessageContaining("n_ctx must be at least");
    }

    /** A tenth of the text is kept for validation, which must hold a window too: 10·(n_ctx + 1) characters. */
    @Test
    void onlyATrialThatValidatesNeedsTextToValidateOn(@TempDir Path folder) throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "abcdefgh".repeat(5));
        String yaml = "task: {kind: char_lm, corpus: " + text + "}\nmodel: {n_ctx: 4}\ntraining: {eval_every: %d}";
        assertThat(prepare(yaml.formatted(0)).getFirst().task().vocabulary()).isEqualTo(8);
        assertThatThrownBy(() -> prepare(yaml.formatted(1))).isInstanceOf(BadInput.class).hasMessageContaining("the text has 40 characters; 50 are needed");
    }

    private static List<PreparedTrial> prepare(String yaml) {
        return Trials.prepare(Trials.of(study(yaml), 1), new Tasks(Fixtures.ALL), Locations.of("test"));
    }
}
