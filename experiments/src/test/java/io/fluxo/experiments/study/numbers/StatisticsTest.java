package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.random.RandomKey;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Against values worked out by hand, published tables, and simulation. */
class StatisticsTest {

    private static final RandomKey KEY = RandomKey.of(5);

    @Test
    void meanAndDeviation() {
        assertThat(Statistics.mean(List.of(1.0, 2.0, 6.0))).isEqualTo(3);
        assertThat(Statistics.deviation(List.of(1.0, 2.0, 6.0))).isCloseTo(Math.sqrt(7), within(1e-15)); // (4 + 1 + 9)/2
        assertThat(Statistics.deviation(List.of(1.0))).isNaN();
        assertThat(Statistics.mean(List.of())).isNaN();
    }

    @Test
    void theMedianIsTheMiddleOne() {
        assertThat(Statistics.median(List.of(9.0, 1.0, 4.0))).isEqualTo(4);
        assertThat(Statistics.median(List.of(9.0, 1.0, 4.0, 5.0))).isEqualTo(4.5);
        assertThat(Statistics.median(List.of())).isNaN();
    }

    /** 2·½ⁿ·Σ (n over i) over the values left out at one end is at most 0.05: 2/64 for six values, 2·11/1024 for ten, 2·21,700/2²⁰ for twenty. */
    @Test
    void theMediansIntervalIsAPairOfOrderStatistics() {
        assertThat(Statistics.medianInterval(upTo(5)).isKnown()).as("2/32 is more than 0.05").isFalse();
        assertThat(Statistics.medianInterval(upTo(6))).isEqualTo(new Interval(1, 6));
        assertThat(Statistics.medianInterval(upTo(8))).as("2·9/256").isEqualTo(new Interval(1, 8));
        assertThat(Statistics.medianInterval(upTo(9))).as("2·10/512").isEqualTo(new Interval(2, 8));
        assertThat(Statistics.medianInterval(upTo(10))).isEqualTo(new Interval(2, 9));
        assertThat(Statistics.medianInterval(upTo(20))).isEqualTo(new Interval(6, 15));
        assertThat(Statistics.medianInterval(upTo(20).reversed())).as("in any order").isEqualTo(new Interval(6, 15));
        assertThat(Statistics.medianInterval(List.of()).isKnown()).isFalse();
    }

    private static List<Double> upTo(int n) {
        return IntStream.rangeClosed(1, n).mapToObj(i -> (double) i).toList();
    }

    @Test
    void theMediansIntervalHoldsItAsOftenAsItSays() {
        int studies = 4_000;
        int held = 0;
        for (int study = 0; study < studies; study++) {
            held += Statistics.medianInterval(normals(study, 20, 0)).contains(0) ? 1 : 0;
        }
        assertThat((double) held / studies).as("0.9586 by the binomial distribution").isBetween(0.948, 0.968);
    }

    @Test
    void studentsIntervalAndPFollowTheTables() {
        List<Double> values = List.of(1.0, 2.0, 6.0);
        double reach = 4.302653 * Math.sqrt(7) / Math.sqrt(3); // t(2; 0.975) of the tables
        Interval interval = Statistics.student(values);
        assertThat(interval.low()).isCloseTo(3 - reach, within(1e-5));
        assertThat(interval.high()).isCloseTo(3 + reach, within(1e-5));
        assertThat(Statistics.p(List.of(4.302653 * 1 - 1, 4.302653, 4.302653 + 1, 4.302653))).isLessThan(0.05);
        double t = Math.sqrt(3) * 3 / Math.sqrt(7);
        assertThat(Statistics.p(values)).isCloseTo(1 - t / Math.sqrt(2 + t * t), within(1e-12)); // two degrees of freedom have a closed form
        assertThat(Statistics.p(List.of(-1.0, 1.0))).isEqualTo(1);
        assertThat(Statistics.p(List.of(2.0, 2.0))).as("certain, as far as these values know").isZero();
        assertThat(Statistics.p(List.of(2.0))).isNaN();
        assertThat(Statistics.student(List.of(2.0)).isKnown()).isFalse();
    }

    @Test
    void theEffectSizeIsCorrectedForFewValues() {
        List<Double> values = List.of(1.0, 2.0, 6.0);
        assertThat(Statistics.effectSize(values)).isCloseTo(3 / Math.sqrt(7) / Math.sqrt(Math.PI), within(1e-12)); // Γ(1)/(√1·Γ(½)) = 1/√π
        double ten = Statistics.effectSize(IntStream.range(0, 10).mapToObj(i -> (double) i).toList());
        double raw = 4.5 / Math.sqrt(55 / 6.0);
        assertThat(ten / raw).isCloseTo(1 - 3.0 / (4 * 9 - 1), within(1e-3)); // Hedges' approximation
        assertThat(Statistics.effectSize(List.of(1.0, 2.0))).isNaN();
        assertThat(Statistics.effectSize(List.of(1.0, 1.0, 1.0))).isNaN();
    }

    @Test
    void theEffectSizeIsUnbiased() {
        double sum = 0;
        int studies = 20_000;
        for (int study = 0; study < studies; study++) {
            sum += Statistics.effectSize(normals(study, 4, 0.8));
        }
        assertThat(sum / studies).isCloseTo(0.8, within(0.02));
    }

    @Test
    void holmStepsDown() {
        // sorted: .005·4 = .02, .011·3 = .033, .02·2 = .04, .04·1 → not below the one before
        assertThat(Statistics.holm(List.of(0.011, 0.04, 0.005, 0.02))).usingElementComparator(close()).containsExactly(0.033, 0.04, 0.02, 0.04);
        assertThat(Statistics.holm(List.of(0.5, Double.NaN, 0.6))).usingElementComparator(close()).containsExactly(1.0, Double.NaN, 1.0);
        assertThat(Statistics.holm(List.of())).isEmpty();
    }

    @Test
    void holmKeepsTheChanceOfAnyFalseFinding() {
        int studies = 4_000;
        int wrong = 0;
        for (int study = 0; study < studies; study++) {
            int first = study * 6;
            List<Double> ps = IntStream.range(0, 6).mapToObj(i -> Statistics.p(normals(first + i, 4, 0))).toList();
            wrong += Statistics.holm(ps).stream().anyMatch(p -> p < 0.05) ? 1 : 0;
        }
        assertThat((double) wrong / studies).isBetween(0.035, 0.06);
    }

    @Test
    void intervalsCoverAsOftenAsDocumented() {
        assertThat(coverage(3, Statistics::student)).isBetween(0.93, 0.97);
        assertThat(coverage(3, Statistics::bootstrap)).as("too narrow").isBetween(0.70, 0.80);
        assertThat(coverage(10, Statistics::bootstrap)).isBetween(0.87, 0.93);
    }

    @Test
    void theBootstrapIsTheSameEveryTimeAndStaysWithinTheValues() {
        List<Double> values = List.of(2.5, 2.7, 2.61, 2.55);
        Interval interval = Statistics.bootstrap(values);
        assertThat(Statistics.bootstrap(values)).isEqualTo(interval);
        assertThat(interval.low()).isBetween(2.5, 2.59);
        assertThat(interval.high()).isBetween(2.59, 2.7);
        assertThat(Statistics.bootstrap(List.of(1.0)).isKnown()).isFalse();
    }

    /** 250 of the 10,000 means lie below the lower end and 250 above the upper one: the draws of the fixed key, each mean counted by itself. */
    @Test
    void theBootstrapCutsOffTheSameShareAtBothEnds() {
        List<Double> values = IntStream.range(0, 9).mapToObj(i -> Math.exp(KEY.normal(i))).toList();
        RandomKey key = RandomKey.of(0).split("bootstrap");
        List<Double> means = IntStream.range(0, 10_000).mapToObj(resample ->
                IntStream.range(0, 9).mapToDouble(i -> values.get(key.below(9, resample * 9L + i))).reduce(0, Double::sum) / 9).toList();
        Interval interval = Statistics.bootstrap(values);
        assertThat(means).contains(interval.low(), interval.high());
        assertThat(means.stream().filter(mean -> mean < interval.low()).count()).isBetween(240L, 250L); // equal means are not told apart
        assertThat(means.stream().filter(mean -> mean <= interval.low()).count()).isGreaterThan(250);
        assertThat(means.stream().filter(mean -> mean > interval.high()).count()).isBetween(240L, 250L);
        assertThat(means.stream().filter(mean -> mean >= interval.high()).count()).isGreaterThan(250);
    }

    @Test
    void theEndsOfAnIntervalBelongToIt() {
        Interval interval = new Interval(-1, 2);
        assertThat(interval.contains(-1)).isTrue();
        assertThat(interval.contains(2)).isTrue();
        assertThat(interval.contains(Math.nextDown(-1.0))).isFalse();
        assertThat(interval.contains(Math.nextUp(2.0))).isFalse();
    }

    /** Seven tests of which two say nothing: 0.01·5, 0.02·4, 0.03·3 and so on; at most 1. */
    @Test
    void holmCountsTheTestsThatAreLeft() {
        assertThat(Statistics.holm(List.of(0.03, Double.NaN, 0.01, 0.9, 0.02, Double.NaN, 0.8))).usingElementComparator(close())
                .containsExactly(0.09, Double.NaN, 0.05, 1.0, 0.08, Double.NaN, 1.0);
    }

    @Test
    void twoValuesHaveIntervalsAndNoneHasNoDeviation() {
        assertThat(Statistics.student(List.of(1.0, 3.0)).isKnown()).isTrue();
        assertThat(Statistics.bootstrap(List.of(1.0, 3.0)).isKnown()).isTrue();
        assertThat(Statistics.deviation(List.of())).isNaN();
        assertThat(Statistics.p(List.of(0.0, 0.0, 0.0))).isEqualTo(1);
    }

    @Test
    void anIntervalIsKnownWhereBothEndsAreFinite() {
        assertThat(new Interval(-1, Double.POSITIVE_INFINITY).isKnown()).isFalse();
        assertThat(new Interval(Double.NEGATIVE_INFINITY, 1).isKnown()).isFalse();
    }

    @Test
    void theBoundOfSmallNumbersIsWrittenWithThreeDecimals() {
        assertThat(Numerals.text(0.0095)).isEqualTo("0.010");
    }

    private static double coverage(int n, Function<List<Double>, Interval> method) {
        int studies = 1_500;
        long covered = IntStream.range(0, studies).filter(study -> method.apply(normals(study, n, 0.3)).contains(0.3)).count();
        return (double) covered / studies;
    }

    private static List<Double> normals(int study, int n, double mean) {
        RandomKey key = KEY.split(study);
        return IntStream.range(0, n).mapToObj(i -> mean + key.normal(i)).toList();
    }

    private static java.util.Comparator<Double> close() {
        return (a, b) -> a.isNaN() && b.isNaN() || Math.abs(a - b) < 1e-12 ? 0 : Double.compare(a, b);
    }
}
