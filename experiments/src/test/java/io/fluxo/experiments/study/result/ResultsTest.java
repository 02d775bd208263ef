package io.fluxo.experiments.study.result;

import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.train.TrainingSpec.LR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyVerdict;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.Judgement;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What stands in results.json and results.csv, and what stands there only where there is something to say. */
class ResultsTest {

    private final Study study = study("""
            task: {kind: markov, states: 5}
            training: {eval_every: 5}
            vary: {model.placement: [pre, post]}
            seeds: 2
            """);
    private final List<Trial> trials = Trials.of(study, 1);

    private static TrialResult result(Trial trial, TrialStatus outcome, double loss, OptionalDouble validation, Findings findings, String message) {
        return new TrialResult(trial, outcome, loss, validation, 1, 500, 1, Proofs.NONE, Map.of(), findings, message);
    }

    private static TrialResult finished(Trial trial, double loss) {
        return result(trial, TrialStatus.FINISHED, loss, OptionalDouble.empty(), Findings.NONE, "");
    }

    private StudyResult of(TrialResult... results) {
        List<PreparedTrial> prepared = Trials.prepare(trials, new Tasks(Fixtures.ALL), Locations.of("test"));
        return StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, prepared, List.of(results),
                _ -> new ModelSize(OptionalLong.empty(), Double.NaN, Optional.of("too large")));
    }

    /** Both trials of pre finish; of post one fails, the other finishes with a validation loss and a figure. */
    private StudyResult mixed() {
        return of(finished(trials.get(0), 1.5), finished(trials.get(1), 2.5),
                result(trials.get(2), TrialStatus.FAILED, Double.NaN, OptionalDouble.empty(), Findings.NONE, "out of memory"),
                result(trials.get(3), TrialStatus.FINISHED, 4, OptionalDouble.of(5), Findings.NONE.with("accuracy", 0.25), ""));
    }

    @Test
    void whatATrialHasIsInItsEntryAndNothingElse() {
        JsonNode json = Results.json(mixed());
        JsonNode pre = json.path("variants").get(0);
        JsonNode post = json.path("variants").get(1);
        assertThat(json.propertyNames()).doesNotContain("tuning");
        assertThat(pre.propertyNames()).containsExactly("id", "vary", "parameters", "multiply_adds_per_token", "final_loss", "places", "trials");
        assertThat(pre.path("parameters").isNull()).isTrue();
        assertThat(pre.path("final_loss").path("interval").toString()).isEqualTo("[1.5,2.5]");
        assertThat(post.propertyNames()).containsExactly("id", "vary", "parameters", "multiply_adds_per_token", "final_loss", "validation_loss", "figures", "trials");
        assertThat(pre.path("trials").get(0).toString()).isEqualTo("""
                {"id":"placement=pre,seed=1","seed":1,"outcome":"finished","final_loss":1.5}""");
        assertThat(post.path("trials").get(0).toString()).isEqualTo("""
                {"id":"placement=post,seed=1","seed":1,"outcome":"failed","final_loss":null,"reason":"out of memory"}""");
        assertThat(post.path("trials").get(1).toString()).isEqualTo("""
                {"id":"placement=post,seed=2","seed":2,"outcome":"finished","final_loss":4.0,"validation_loss":5.0,"figures":{"accuracy":0.25}}""");
    }

    @Test
    void theTableHasARowForEachMeasureThatATrialHas() {
        assertThat(ResultsCsv.of(mixed()).lines().filter(line -> line.startsWith("study,placement=post")).map(line -> line.substring(line.indexOf("\",") + 2)))
                .containsExactly("1,failed,final_loss,,,", "1,failed,parameters,,,", "1,failed,multiply_adds_per_token,,,", "1,failed,steps,,,500",
                        "2,finished,final_loss,,,4.0", "2,finished,validation_loss,,,5.0", "2,finished,accuracy,,,0.25", "2,finished,parameters,,,",
                        "2,finished,multiply_adds_per_token,,,", "2,finished,steps,,,500");
    }

    @Test
    void anIntervalIsThatOfTheTrialsThatFinished() {
        List<StudyResult.VariantResult> variants = of(finished(trials.get(0), 1.5), finished(trials.get(1), 2.5), finished(trials.get(2), 4),
                result(trials.get(3), TrialStatus.DIVERGED, Double.NaN, OptionalDouble.of(5), Findings.NONE, "")).variants();
        assertThat(variants.get(0).interval()).isEqualTo(new Interval(1.5, 2.5));
        assertThat(variants.get(1).interval()).as("of one trial nothing is known").isEqualTo(Interval.UNKNOWN);
    }

    @Test
    void aStudyIsValidatedWhereAnyTrialIs() {
        assertThat(mixed().validated()).isTrue();
        assertThat(of(finished(trials.get(0), 1), finished(trials.get(1), 1)).validated()).isFalse();
    }

    @Test
    void aVerdictIsAsExpectedOnlyIfNoTrialFailed() {
        StudyVerdict expected = study.expected();
        StudyResult good = of(finished(trials.get(0), 1), result(trials.get(1), TrialStatus.DIVERGED, Double.NaN, OptionalDouble.empty(), Findings.NONE, ""));
        assertThat(judged(good, expected).asExpected()).as("a trial may diverge").isTrue();
        for (StudyVerdict verdict : StudyVerdict.values()) {
            assertThat(judged(good, verdict).asExpected()).as(verdict.label()).isEqualTo(verdict == expected);
        }
        assertThat(judged(mixed(), expected).asExpected()).isFalse();
    }

    private static StudyResult judged(StudyResult result, StudyVerdict verdict) {
        return new StudyResult(result.definition(), result.backend(), result.seed(), new Judgement(verdict, "", List.of()), result.variants(), result.comparisons(),
                result.interactions(), result.tuning());
    }

    private static StudyResult of(String yaml, double... losses) {
        Study study = study(yaml);
        List<PreparedTrial> prepared = Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
        List<TrialResult> results = IntStream.range(0, prepared.size()).mapToObj(i -> result(prepared.get(i).trial(),
                Double.isNaN(losses[i]) ? TrialStatus.DIVERGED : TrialStatus.FINISHED, losses[i], OptionalDouble.empty(), Findings.NONE, "")).toList();
        return StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, prepared, results, _ -> new ModelSize(1_000, 3_000));
    }

    /** Differences 0.10, 0.12 and 0.11. Expected values are of SciPy 1.17: two one-sided t tests, and the smallest difference as PairedPowerTest says. */
    @Test
    void aComparisonTellsWhatElseTheSeedsShow() {
        String yaml = "task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 3\nmargin: 0.15\n";
        JsonNode one = Results.json(of(yaml, 1, 2, 3, 1.10, 2.12, 3.11)).path("comparisons").get(0);
        assertThat(one.path("diverged").toString()).isEqualTo("""
                {"variant":{"diverged":0,"trials":3},"baseline":{"diverged":0,"trials":3},"p_holm":1.0,"shown":false}""");
        assertThat(one.path("equivalence").toString()).isEqualTo("""
                {"margin":0.15,"p_holm":0.0101021,"shown":true}""");
        assertThat(one.path("detectable").doubleValue()).isEqualTo(0.0326404);
        assertThat(one.path("detectable_interval").toString()).isEqualTo("[0.0169945,0.205136]");
        assertThat(one.path("seeds_needed").intValue()).as("for 15 deviations").isEqualTo(2);
        assertThat(one.path("shown").booleanValue()).as("a difference may be shown, and shown to be too small to matter").isTrue();

        JsonNode without = Results.json(of(yaml.replace("margin: 0.15", ""), 1, 2, 3, 1.10, 2.12, 3.11)).path("comparisons").get(0);
        assertThat(without.has("equivalence")).isFalse();
        assertThat(without.path("seeds_needed").intValue()).as("for a mean of 11 deviations").isEqualTo(3);
    }

    @Test
    void divergenceIsComparedWhereLossesCannotBe() {
        double nan = Double.NaN;
        JsonNode json = Results.json(of("task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 4", 1, 2, 3, 4, nan, nan, nan, nan));
        JsonNode one = json.path("comparisons").get(0);
        assertThat(one.path("diverged").toString()).isEqualTo("""
                {"variant":{"diverged":4,"trials":4},"baseline":{"diverged":0,"trials":4},"p_holm":0.0285714,"shown":true}""");
        assertThat(one.path("detectable").isNull()).isTrue();
        assertThat(one.path("seeds_needed").isNull()).isTrue();
        assertThat(one.path("sentence").asString()).isEqualTo("placement post instead of pre: cannot be compared, in no seed did both finish;"
                + " diverged: 4 of 4 trials against 0 of 4, a difference (corrected p = 0.029).");
        assertThat(json.path("variants").get(0).path("places").toString()).isEqualTo("[1,1]");
        assertThat(json.path("variants").get(1).has("places")).isFalse();
    }

    @Test
    void aVariantWithoutAPlaceIsNamed() {
        String yaml = "task: {kind: markov, states: 5}\nvary: {training.warmup: [1, 2, 3]}\nseeds: 3";
        StudyResult result = of(yaml, 1, 2, 3, 1, 2, Double.NaN, 2.0, 3.1, 4.05);
        assertThat(Sentences.places(result)).isEqualTo(
                "places in final loss, which hold together with 95 %: warmup=1 1, warmup=3 2. Without a place, since not all their trials finished: warmup=2.");
        assertThat(Sentences.places(of("task: {kind: markov, states: 5}\nvary: {training.warmup: [1, 2]}\nseeds: 1", 1, 2))).isEmpty();
    }

    /** Two stages: every corrected p is twice what it was, and intervals are those of 97.5 %. */
    @Test
    void stagesCountInEveryCorrectedPAndInIntervals() {
        String yaml = "task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 3\nmargin: 0.15\n";
        JsonNode once = Results.json(of(yaml, 1, 2, 3, 1.10, 2.12, 3.11));
        JsonNode json = Results.json(of(yaml + "most_seeds: 6\n", 1, 2, 3, 1.10, 2.12, 3.11));
        assertThat(once.has("stages")).isFalse();
        assertThat(json.path("stages").toString()).isEqualTo("{\"seeds\":3,\"planned\":[3,6]}");
        assertThat(json.path("caution").asString()).contains("Seeds are added in at most 2 stages");
        JsonNode before = once.path("comparisons").get(0);
        JsonNode one = json.path("comparisons").get(0);
        assertThat(one.path("p")).isEqualTo(before.path("p"));
        assertThat(one.path("p_holm").doubleValue()).isCloseTo(2 * before.path("p_holm").doubleValue(), within(1e-7));
        assertThat(one.path("equivalence").path("p_holm").doubleValue()).isCloseTo(2 * 0.01010205, within(1e-7));
        assertThat(one.path("interval").toString()).as("0.11 ± 6.2053·0.01/√3").isEqualTo("[0.0741734,0.145827]");
    }

    @Test
    void whatWasTriedInTuningHasRowsOfItsOwn() {
        Study tuned = study("""
                task: {kind: markov, states: 5}
                training: {eval_every: 3}
                variants: {a: {}}
                tune: {steps: 3, over: {training.lr: [1e-3, 1e-2]}}
                seeds: 1
                """);
        Tuning tuning = Tuning.of(tuned, Trials.tuning(tuned, 1).stream().map(trial -> result(trial, TrialStatus.FINISHED, trial.training().get(LR),
                trial.training().get(LR) == 1e-3 ? OptionalDouble.of(7) : OptionalDouble.empty(), Findings.NONE, "")).toList());
        List<PreparedTrial> prepared = Trials.prepare(Trials.of(tuned, 1, tuning), new Tasks(Fixtures.ALL), Locations.of("test"));
        StudyResult result = StudyResult.of(tuned, StudyDefinition.unknown(tuned), "simd", 1, prepared, List.of(finished(prepared.getFirst().trial(), 2)),
                _ -> new ModelSize(1_000, 3_000)).with(tuning);
        assertThat(ResultsCsv.of(result).lines().filter(line -> line.contains("tune-")).map(line -> line.substring(line.indexOf("training.lr")))).containsExactly(
                "training.lr=1e-3\",2,finished,tuning_final_loss,,,0.001,1e-3",
                "training.lr=1e-3\",2,finished,tuning_validation_loss,,,7.0,1e-3",
                "training.lr=1e-3\",2,finished,tuning_steps,,,500,1e-3",
                "training.lr=1e-3\",2,finished,tuning_chosen,,,1,1e-3",
                "training.lr=1e-3\",2,finished,tuning_extension,,,0,1e-3",
                "training.lr=0.01\",2,finished,tuning_final_loss,,,0.01,0.01",
                "training.lr=0.01\",2,finished,tuning_steps,,,500,0.01",
                "training.lr=0.01\",2,finished,tuning_chosen,,,0,0.01",
                "training.lr=0.01\",2,finished,tuning_extension,,,0,0.01");
        assertThat(ResultsCsv.of(result).lines()).contains("study,a,a,\"a,seed=1\",1,finished,parameters,,,1000,1e-3");
        assertThat(Results.json(result).path("tuning").get(0).path("variant").asString()).isEqualTo("a");
    }
}
