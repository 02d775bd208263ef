package io.fluxo.experiments.study.result;

import static io.fluxo.experiments.Fixtures.study;
import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.definition.StudyDefinition;
import io.fluxo.experiments.study.judge.VerdictRule;
import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.numbers.MeasureNames;
import io.fluxo.experiments.study.numbers.Numerals;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.plan.Tuning;
import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.ModelSize;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialRecord;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.task.Tasks;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComparisonsTest {

    private final Study grid = study("""
            task: {kind: markov, states: 5}
            vary: {model.placement: [pre, post], training.warmup: [1, 5, 9]}
            seeds: 3
            """);

    @Test
    void everyVariantIsHeldAgainstTheFirstValueOfEachKey() {
        List<Comparison> comparisons = result(grid, new double[18]).comparisons();
        assertThat(comparisons).extracting(comparison -> comparison.variant() + " / " + comparison.baseline()).containsExactly(
                "placement=post,warmup=1 / placement=pre,warmup=1", "placement=post,warmup=5 / placement=pre,warmup=5",
                "placement=post,warmup=9 / placement=pre,warmup=9", "placement=pre,warmup=5 / placement=pre,warmup=1",
                "placement=pre,warmup=9 / placement=pre,warmup=1", "placement=post,warmup=5 / placement=post,warmup=1",
                "placement=post,warmup=9 / placement=post,warmup=1");
    }

    @Test
    void whatSeedsShareDropsOut() {
        // seeds scatter by whole nats, their difference by hundredths
        Comparison comparison = only(1.00, 2.00, 3.00, 1.10, 2.12, 3.11);
        assertThat(comparison.mean()).isCloseTo(0.11, within(1e-12));
        assertThat(comparison.sd()).isCloseTo(0.01, within(1e-12));
        assertThat(comparison.shown()).isTrue();
        assertThat(Sentences.of(comparison)).isEqualTo("placement post instead of pre: final loss higher by 0.110 nats on average"
                + " (95 % interval +0.085 to +0.135 nats, in all 3 seeds, corrected p = 0.0027).");
    }

    @Test
    void aCorrectedPOfFiveInAHundredDoesNotShowADifference() {
        Comparison comparison = only(1.00, 2.00, 3.00, 1.10, 2.12, 3.11);
        assertThat(comparison.corrected(0.05, 1, 1).shown()).isFalse();
        assertThat(comparison.corrected(Math.nextDown(0.05), 1, 1).shown()).isTrue();
        assertThat(comparison.corrected(Double.NaN, 1, 1).shown()).isFalse();
    }

    /** A seed without a difference does not agree with the others. */
    @Test
    void seedsThatAgreeAreCounted() {
        Study six = study("task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 6");
        Comparison comparison = result(six, 1, 2, 3, 4, 5, 6, 1, 2.1, 3.1, 4.1, 5.1, 6.1).comparisons().getFirst();
        assertThat(comparison.shown()).isTrue();
        assertThat(Sentences.of(comparison)).contains("higher by 0.083 nats on average", "in 5 of 6 seeds");
        assertThat(Sentences.of(result(six, 1, 2, 3, 4, 5, 6, 0.9, 1.9, 2.9, 3.9, 4.9, 6).comparisons().getFirst())).contains("lower by 0.083 nats", "in 5 of 6 seeds");
    }

    @Test
    void boundsOfWordsAreWhereTheyAreMeantToBe() {
        assertThat(Sentences.caution(9)).contains("9 seeds cannot show");
        assertThat(Sentences.caution(10)).doesNotContain("cannot show");
        assertThat(Numerals.text(99_999)).isEqualTo("99999.000");
        assertThat(Numerals.text(100_000)).isEqualTo("1.00e+05");
        assertThat(Numerals.text(0.0094)).isEqualTo("0.0094");
        StudyResult.VariantResult small = new StudyResult.VariantResult("x", Map.of(), Interval.UNKNOWN, new ModelSize(10_000, 3_000), List.of());
        StudyResult.VariantResult larger = new StudyResult.VariantResult("y", Map.of(), Interval.UNKNOWN, new ModelSize(10_010, 3_000), List.of());
        assertThat(Sentences.sizes(List.of(small, larger))).startsWith("parameters: not equal, 10,000 to 10,010 (1.001 times) ·");
    }

    @Test
    void sentencesDoNotOverclaim() {
        assertThat(Sentences.of(only(1, 2, 3, 1.1, 1.9, 3.05))).contains("no difference in final loss shown").contains("chance alone could do this").contains("3 seeds");
        assertThat(Sentences.of(only(1, 2, 3, 1, 2, 3))).endsWith("the same final loss to the last digit in all 3 seeds.");
        assertThat(Sentences.of(only(1, 2, 3, Double.NaN, Double.NaN, Double.NaN))).contains("cannot be compared");
        assertThat(Sentences.of(only(1, 2, 3, 1.5, Double.NaN, Double.NaN))).contains("higher by 0.500 nats in the one seed there is").contains("only 1 of 3 seeds finished");
        assertThat(Sentences.of(only(1, 2, 3, 1.5, 2.51, Double.NaN))).contains("higher by").contains("in all 2 seeds").contains("only 2 of 3 seeds finished in both");
        assertThat(Sentences.caution(3)).contains("could not go below p = 0.250");
        assertThat(Sentences.caution(1)).contains("no difference can be shown");
        assertThat(Sentences.caution(20)).doesNotContain("cannot");
    }

    @Test
    void equalLossesOfOneSeedAreSaidToBeTheSame() {
        Study one = study("task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 1");
        assertThat(Sentences.of(result(one, 2.5, 2.5).comparisons().getFirst())).isEqualTo(
                "placement post instead of pre: the same final loss to the last digit in the one seed there is, which says nothing about other seeds.");
        assertThat(Sentences.of(result(one, 2.5, 2.5 + 1e-6).comparisons().getFirst())).contains("final loss higher by 1.0e-06 nats in the one seed there is");
        assertThat(Sentences.of(only(1, 2, 3, 2.5, Double.NaN, Double.NaN))).contains("higher by 1.500 nats");
        assertThat(Sentences.of(only(2.5, 2, 3, 2.5, Double.NaN, Double.NaN))).contains("the same final loss to the last digit in the one seed there is",
                "only 1 of 3 seeds finished");
    }

    @Test
    void noDifferenceIsWrittenAsZeroUnlessItIsNone() {
        assertThat(Sentences.of(only(1, 2, 3, 1.5, 1.5, 3))).as("a mean of exactly zero has no sign").contains("on average 0.000 nats");
        assertThat(Numerals.text(-0.0004)).isEqualTo("−0.00040");
        assertThat(Numerals.text(-0.0)).isEqualTo("0.000");
        assertThat(Numerals.signed(-0.0)).isEqualTo("0.000");
        assertThat(Numerals.signed(0.25)).isEqualTo("+0.250");
        assertThat(Numerals.text(42097180032.0)).isEqualTo("4.21e+10");
        assertThat(Numerals.text(Double.NaN)).isEqualTo("–");
    }

    @Test
    void figuresAreNamedAsTheyAreSpoken() {
        assertThat(MeasureNames.spoken("accuracy_at_32_pairs")).isEqualTo("accuracy at 32 pairs");
        assertThat(MeasureNames.spoken("accuracy_at_1_pairs")).isEqualTo("accuracy at 1 pair");
        assertThat(MeasureNames.spoken("loss_at_64_position")).isEqualTo("loss at position 64");
        assertThat(MeasureNames.spoken("final_loss")).isEqualTo("final loss");
        assertThat(MeasureNames.spoken("stream_gradient_spread_at_start")).isEqualTo("stream gradient spread at start");
    }

    @Test
    void sentencesNameVariantsAndPathsAsTheTableDoes() {
        Study named = study("task: {kind: markov, states: 5}\nvariants: {full: {}, bare: {model.ffn: false}}\nseeds: 1");
        assertThat(Sentences.of(result(named, 1, 2).comparisons().getFirst())).startsWith("bare instead of full: ");
        Study corpora = study("task: {kind: markov, states: 5}\nseeds: 1").withVary(Map.of("task.corpus", List.of("/x/en/t.txt", "/x/de/t.txt")));
        assertThat(Sentences.of(result(corpora, 1, 2).comparisons().getFirst())).startsWith("corpus de/t.txt instead of en/t.txt: ");
    }

    @Test
    void validationLossesAreComparedWhereBothFinished() {
        Study study = study("task: {kind: markov, states: 5}\ntraining: {eval_every: 5}\nvary: {model.placement: [pre, post]}\nseeds: 2\ncompare_on: validation_loss");
        List<PreparedTrial> trials = prepare(study);
        double[] finals = {1, 1, 2, Double.NaN};
        List<TrialResult> results = IntStream.range(0, 4).mapToObj(i -> new TrialResult(trials.get(i).trial(),
                Double.isNaN(finals[i]) ? TrialStatus.DIVERGED : TrialStatus.FINISHED, finals[i], OptionalDouble.of(3 + i), 1, 500, 1, Proofs.NONE,
                Map.of(), Findings.NONE, "")).toList();
        StudyResult result = StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, trials, results, model -> new ModelSize(1_000, 3_000));
        assertThat(result.comparisons().getFirst().differences()).as("the diverged one has a loss of before").containsExactly(2.0);
        assertThat(Sentences.of(result.comparisons().getFirst())).contains("validation loss higher by 2.000 nats");
        var json = Results.json(result);
        assertThat(json.path("compare_on").asString()).isEqualTo("validation_loss");
        assertThat(json.path("comparisons").get(0).path("measure").asString()).isEqualTo("validation_loss");
        assertThat(json.path("variants").get(0).path("validation_loss").path("mean").doubleValue()).isEqualTo(3.5);
        assertThat(json.path("variants").get(1).path("validation_loss").path("mean").doubleValue()).isEqualTo(5);
    }

    @Test
    void theCsvHasWhatWasTriedAndChosen() {
        Study study = study("""
                task: {kind: markov, states: 5}
                variants: {a: {}, b: {training.warmup: 7}}
                tune: {steps: 3, over: {training.lr: [1e-3, 1e-2]}, instead: {b: {}}}
                seeds: 1
                """);
        Tuning tuning = Tuning.of(study, Trials.tuning(study, 1).stream().map(trial -> result(trial, trial.training().get(LR), Findings.NONE)).toList());
        List<PreparedTrial> trials = Trials.prepare(Trials.of(study, 1, tuning), new Tasks(Fixtures.ALL), Locations.of("test"));
        StudyResult result = StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, trials,
                trials.stream().map(trial -> result(trial.trial(), 2, Findings.NONE)).toList(), model -> new ModelSize(1_000, 3_000)).with(tuning);
        assertThat(ResultsCsv.of(result).lines().toList()).contains(
                "study,variant,variants,trial,seed,outcome,measure,axis,at,value,training.lr",
                "study,a,a,\"tune-a,training.lr=1e-3\",2,finished,tuning_final_loss,,,0.001,1e-3",
                "study,a,a,\"tune-a,training.lr=0.01\",2,finished,tuning_final_loss,,,0.01,0.01",
                "study,a,a,\"tune-a,training.lr=0.01\",2,finished,tuning_chosen,,,0,0.01",
                "study,a,a,\"tune-a,training.lr=1e-3\",2,finished,tuning_chosen,,,1,1e-3",
                "study,a,a,\"a,seed=1\",1,finished,final_loss,,,2.0,1e-3",
                "study,b,b,\"b,seed=1\",1,finished,final_loss,,,2.0,5e-3");
    }

    @Test
    void manyComparisonsTakeMoreToShowOne() {
        double[] losses = IntStream.range(0, 18).mapToDouble(i -> 2 + 0.01 * Math.sin(40 * i)).toArray();
        losses[9] = losses[0] + 0.040;  // post instead of pre at warm-up 1: alone p ≈ 0.02
        losses[10] = losses[1] + 0.055;
        losses[11] = losses[2] + 0.048;
        Comparison comparison = result(grid, losses).comparisons().getFirst();
        assertThat(comparison.p()).isLessThan(0.05);
        assertThat(comparison.shown()).isFalse();
        assertThat(Sentences.of(comparison)).contains("no difference in final loss shown").contains("alone it would pass, corrected it does not");
    }

    @Test
    void sizesAreSaidToBeEqualOnlyWhereTheyAre() {
        StudyResult equal = result(grid, new double[18]);
        assertThat(Sentences.sizes(equal.variants())).isEqualTo("parameters: equal, 1,000 · multiply-adds per token: equal, 3,000");
        StudyResult.VariantResult other = equal.variants().getFirst();
        StudyResult.VariantResult larger = new StudyResult.VariantResult("x", Map.of(), Interval.UNKNOWN, new ModelSize(1_200, 3_000), List.of());
        assertThat(Sentences.sizes(List.of(other, larger))).startsWith("parameters: not equal, 1,000 to 1,200 (1.200 times)");
        StudyResult.VariantResult large = new StudyResult.VariantResult("x", Map.of(), Interval.UNKNOWN, new ModelSize(82_304, 3_000), List.of());
        StudyResult.VariantResult hardly = new StudyResult.VariantResult("y", Map.of(), Interval.UNKNOWN, new ModelSize(82_310, 3_000), List.of());
        assertThat(Sentences.sizes(List.of(large, hardly))).as("1.000 times would say equal").startsWith("parameters: not equal, 82,304 to 82,310 ·");
    }

    @Test
    void aFigureCanBeCompared() {
        Study study = study("task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 3").comparingOn("accuracy");
        List<PreparedTrial> trials = prepare(study);
        List<TrialResult> results = IntStream.range(0, 6).mapToObj(i -> result(trials.get(i).trial(), 2,
                Findings.NONE.with("accuracy", i < 3 ? 0.5 : 0.75 + i / 1000.0).with(new AxisCurve("accuracy_by_pairs", "pairs", List.of(4.0, 8.0), List.of(1.0, 0.5)))))
                .toList();
        StudyDefinition definition = new StudyDefinition(study, VerdictRule.NONE, List.of());
        StudyResult result = StudyResult.of(study, definition, "simd", 1, trials, results, model -> new ModelSize(1_000, 3_000));
        assertThat(Sentences.of(result.comparisons().getFirst())).startsWith("placement post instead of pre: accuracy higher by 0.254 on average");
        var json = Results.json(result);
        assertThat(json.path("variants").get(0).path("figures").path("accuracy").path("mean").doubleValue()).isEqualTo(0.5);
        assertThat(json.path("variants").get(0).path("trials").get(0).path("curves").get(0).path("values").get(1).doubleValue()).isEqualTo(0.5);
        assertThat(json.path("comparisons").get(0).propertyNames()).contains("variant", "baseline", "interval", "bootstrap", "effect_size", "p", "p_holm", "sentence");
        assertThat(ResultsCsv.of(result).lines().toList()).contains(
                "study,variant,model.placement,trial,seed,outcome,measure,axis,at,value",
                "study,placement=post,post,\"placement=post,seed=2\",2,finished,accuracy,,,0.754",
                "study,placement=post,post,\"placement=post,seed=2\",2,finished,accuracy_by_pairs,pairs,8.0,0.5").hasSize(1 + 6 * 7);
        // what is written is read back
        TrialResult first = results.getFirst();
        TrialResult read = TrialRecord.read(java.nio.file.Path.of("trial.json"), Json.pretty(TrialRecord.write(first)), first.trial());
        assertThat(read.findings()).isEqualTo(first.findings());
    }

    private Comparison only(double... losses) {
        return result(study("task: {kind: markov, states: 5}\nvary: {model.placement: [pre, post]}\nseeds: 3"), losses).comparisons().getFirst();
    }

    private static StudyResult result(Study study, double... losses) {
        List<PreparedTrial> trials = prepare(study);
        List<TrialResult> results = IntStream.range(0, trials.size()).mapToObj(i -> result(trials.get(i).trial(), losses[i], Findings.NONE)).toList();
        return StudyResult.of(study, StudyDefinition.unknown(study), "simd", 1, trials, results, model -> new ModelSize(1_000, 3_000));
    }

    private static TrialResult result(Trial trial, double loss, Findings findings) {
        TrialStatus outcome = Double.isNaN(loss) ? TrialStatus.DIVERGED : TrialStatus.FINISHED;
        return new TrialResult(trial, outcome, loss, OptionalDouble.empty(), 1, 500, 1, Proofs.NONE, Map.of(), findings, "");
    }

    private static List<PreparedTrial> prepare(Study study) {
        return Trials.prepare(Trials.of(study, 1), new Tasks(Fixtures.ALL), Locations.of("test"));
    }
}
