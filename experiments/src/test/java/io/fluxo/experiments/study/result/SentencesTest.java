package io.fluxo.experiments.study.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.study.numbers.Interval;
import io.fluxo.experiments.study.trial.ModelSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class SentencesTest {

    private static final Evidence NOTHING_ELSE =
            new Evidence(new Evidence.Counts(0, 2), new Evidence.Counts(0, 2), 1, 0, Double.NaN, Double.NaN, Interval.UNKNOWN, OptionalInt.empty());

    private static Comparison comparison(String measure, double p, double holm, Double... differences) {
        return new Comparison(measure, "b", "a", "variants", "b", "b instead of a", List.of(differences), differences.length, differences[0], 0, new Interval(-0.25, 0.5),
                Interval.UNKNOWN, 1, p, holm, NOTHING_ELSE);
    }

    @Test
    void onlyLossesAreInNats() {
        assertThat(Sentences.of(comparison("final_loss", 0, 0, 0.5, 0.5))).contains("higher by 0.500 nats on average (95 % interval −0.250 to +0.500 nats,");
        assertThat(Sentences.of(comparison("loss_at_64_position", 0, 0, -0.5, -0.5))).contains("loss at position 64 lower by 0.500 nats on average");
        assertThat(Sentences.of(comparison("accuracy", 0, 0, 0.5, 0.5))).contains("accuracy higher by 0.500 on average (95 % interval −0.250 to +0.500, in all 2 seeds");
    }

    private static String besides(double holm, Evidence evidence) {
        Comparison comparison = new Comparison("final_loss", "b", "a", "variants", "b", "b instead of a", List.of(0.1, 0.2, 0.3), 5, 0.2, 0.1, new Interval(-0.25, 0.5),
                Interval.UNKNOWN, 1, holm, holm, evidence);
        return Sentences.of(comparison);
    }

    @Test
    void divergenceEquivalenceAndPowerAreClausesOfTheirOwn() {
        Evidence.Counts two = new Evidence.Counts(2, 5);
        Evidence.Counts none = new Evidence.Counts(0, 5);
        Evidence evidence = new Evidence(two, none, 0.444, 0.02, 0.3, 0.125, Interval.UNKNOWN, OptionalInt.of(9));
        assertThat(besides(0.2, evidence)).contains("only 3 of 5 seeds finished in both").endsWith("; diverged: 2 of 5 trials against 0 of 5, no difference shown (corrected p = 0.444);"
                + " no larger difference than 0.020 nats: not shown (corrected p = 0.300); a single test of 3 seeds shows a true difference of 0.125 nats four times in five.");
        assertThat(besides(0.01, evidence)).as("a difference that is shown needs no word of power").endsWith("no larger difference than 0.020 nats: not shown (corrected p = 0.300).");
        Evidence shown = new Evidence(two, none, Math.nextDown(0.05), 0.02, Math.nextDown(0.05), 0.125, Interval.UNKNOWN, OptionalInt.of(9));
        assertThat(besides(0.2, shown)).contains("against 0 of 5, a difference (corrected p = 0.050)", "no larger difference than 0.020 nats: shown (corrected p = 0.050)");
        assertThat(besides(0.2, NOTHING_ELSE)).doesNotContain("diverged:", "no larger difference", "four times in five");
    }

    @Test
    void aSmallPIsSaidToBeBelowAThousandth() {
        assertThat(Sentences.of(comparison("final_loss", 0, 0.001, 0.5, 0.5))).endsWith("corrected p = 0.0010).");
        assertThat(Sentences.of(comparison("final_loss", 0, Math.nextDown(0.001), 0.5, 0.5))).endsWith("corrected p < 0.001).");
    }

    @Test
    void whatWouldPassAloneIsToldFromWhatChanceCouldDo() {
        assertThat(Sentences.of(comparison("final_loss", 0.05, 0.2, 0.5, 0.5))).contains("no difference in final loss shown", "chance alone could do this");
        assertThat(Sentences.of(comparison("final_loss", Math.nextDown(0.05), 0.2, 0.5, 0.5))).contains("alone it would pass, corrected it does not");
    }

    @Test
    void aVariantIsNamedByTheKeyItDiffersInAndByThoseItShares() {
        Map<String, Object> point = new LinkedHashMap<>();
        point.put("variants", "gru");
        point.put("model.placement", "post");
        point.put("training.warmup", 5);
        assertThat(Sentences.subject(point, "model.placement", "pre")).isEqualTo("placement post instead of pre, at gru, warmup 5");
        assertThat(Sentences.subject(Map.of("training.warmup", 5), "training.warmup", 1)).isEqualTo("warmup 5 instead of 1");
    }

    @Test
    void twoSeedsAreWarnedAboutAsWell() {
        assertThat(Sentences.caution(2)).startsWith("Compared seed by seed").contains("2 seeds cannot show how results scatter", "could not go below p = 0.500.");
    }

    private static StudyResult.VariantResult sized(OptionalLong parameters, double multiplyAdds) {
        return new StudyResult.VariantResult("x", Map.of(), Interval.UNKNOWN, new ModelSize(parameters, multiplyAdds, Optional.empty()), List.of());
    }

    private static StudyResult.VariantResult sized(long parameters) {
        return sized(OptionalLong.of(parameters), 10);
    }

    @Test
    void sizesThatAreNotKnownAreSaidToBeUnknown() {
        assertThat(Sentences.sizes(List.of(sized(1_000)))).isEqualTo("parameters: 1,000 · multiply-adds per token: 10");
        assertThat(Sentences.sizes(List.of(sized(OptionalLong.empty(), Double.NaN), sized(OptionalLong.empty(), 10))))
                .isEqualTo("parameters: not known of 2 of 2 variants · multiply-adds per token: 10; not known of 1 of 2 variants");
        assertThat(Sentences.sizes(List.of(sized(1_000), sized(1_200), sized(OptionalLong.empty(), 10))))
                .startsWith("parameters: not equal, 1,000 to 1,200 (1.200 times); not known of 1 of 3 variants ·");
    }

    @Test
    void aRatioIsGivenWhereItTellsSomething() {
        assertThat(Sentences.sizes(List.of(sized(10_000), sized(10_005)))).startsWith("parameters: not equal, 10,000 to 10,005 (1.001 times)");
        assertThat(Sentences.sizes(List.of(sized(0), sized(10)))).as("an n-gram trains nothing").startsWith("parameters: not equal, 0 to 10 ·");
    }
}
