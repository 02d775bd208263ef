package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.study.numbers.Importance.Main;
import io.fluxo.experiments.study.numbers.Importance.Observation;
import io.fluxo.random.RandomKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Shares of functions whose shares are known, and how often a key that does nothing is said to matter. */
class ImportanceTest {

    private static final RandomKey RANDOM = RandomKey.of(7).split("importance test");

    /** A grid of {@code a} × {@code b} × {@code c}, with a seed for each of {@code seeds}. */
    private static List<Observation> grid(int a, int b, int seeds, ToDoubleFunction<double[]> loss) {
        List<Observation> trials = new ArrayList<>();
        for (int i = 0; i < a; i++) {
            for (int j = 0; j < b; j++) {
                for (int seed = 0; seed < seeds; seed++) {
                    trials.add(new Observation(values(i, j), seed, loss.applyAsDouble(new double[] {i, j, seed})));
                }
            }
        }
        return trials;
    }

    private static Map<String, Object> values(Object a, Object b) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("a", a);
        values.put("b", b);
        return values;
    }

    private static double share(Importance importance, String key) {
        return importance.keys().stream().filter(main -> main.key().equals(key)).findFirst().orElseThrow().share();
    }

    @Test
    void sharesOfAGridAreThoseOfPaper() {
        // ranks 1 … 12 in order: a accounts for 4·((2.5−6.5)² + 0 + 4²) = 128 of 143, b for 3·2·(1.5² + 0.5²) = 15
        Importance additive = Importance.ofGrid(grid(3, 4, 1, at -> 10 * at[0] + at[1])).orElseThrow();
        assertThat(share(additive, "a")).isEqualTo(128 / 143.0, within(1e-12));
        assertThat(share(additive, "b")).isEqualTo(15 / 143.0, within(1e-12));
        assertThat(additive.pairs().getFirst().share()).isEqualTo(0, within(1e-12));
        assertThat(additive.rest()).isEqualTo(0, within(1e-12));
        Importance crossed = Importance.ofGrid(grid(2, 2, 2, at -> at[0] == at[1] ? 1 : 2)).orElseThrow();
        assertThat(crossed.pairs().getFirst().share()).isEqualTo(1, within(1e-12));
        assertThat(share(crossed, "a")).isEqualTo(0, within(1e-12));
        Importance seeds = Importance.ofGrid(grid(2, 2, 5, at -> at[2])).orElseThrow();
        assertThat(seeds.rest()).as("seeds alone").isEqualTo(1, within(1e-12));
    }

    @Test
    void whatDivergedHasTheLastRank() {
        Importance importance = Importance.ofGrid(grid(2, 2, 2, at -> at[0] == 1 ? Double.POSITIVE_INFINITY : 3)).orElseThrow();
        assertThat(share(importance, "a")).isEqualTo(1, within(1e-12));
    }

    @Test
    void nothingIsSaidOfTooLittle() {
        assertThat(Importance.ofGrid(grid(2, 3, 1, at -> at[0]))).as("six trials").isEmpty();
        assertThat(Importance.ofGrid(grid(8, 1, 1, at -> at[0]))).as("one key").isEmpty();
        assertThat(Importance.ofGrid(grid(3, 4, 1, at -> at[0]).subList(0, 11))).as("a hole").isEmpty();
        assertThat(Importance.ofGrid(grid(3, 4, 1, at -> 1))).as("no differences").isEmpty();
        assertThat(Importance.ofGrid(grid(3, 4, 1, at -> at[1] == 0 ? Double.NaN : 1))).as("a trial failed").isEmpty();
    }

    /** 2·a + b of even draws: ranks are its distribution function, and what a and b account for of these is known by integration. */
    @Test
    void sharesOfDrawsAreThoseOfIntegration() {
        int studies = 60;
        List<Double> a = new ArrayList<>();
        List<Double> b = new ArrayList<>();
        List<Double> idle = new ArrayList<>();
        for (int study = 0; study < studies; study++) {
            RandomKey key = RANDOM.split("draws").split(study);
            List<Observation> trials = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                Map<String, Object> values = values(key.uniform(3L * i), key.uniform(3L * i + 1));
                values.put("idle", key.uniform(3L * i + 2));
                trials.add(new Observation(values, 0, 2 * (double) values.get("a") + (double) values.get("b")));
            }
            Importance importance = Importance.ofDraws(trials).orElseThrow();
            a.add(share(importance, "a"));
            b.add(share(importance, "b"));
            idle.add(share(importance, "idle"));
        }
        int bins = 8;
        assertWithinMonteCarlo(a, integrated(bins, (x, y) -> distribution(2 * x + y)));
        assertThat(Statistics.mean(idle)).as("chance brings 7/399 between eight bins, which is taken off; no share is below 0").isLessThan(0.5 * 7 / 399);
        assertWithinMonteCarlo(b, integrated(bins, (x, y) -> distribution(2 * y + x)));
    }

    private static void assertWithinMonteCarlo(List<Double> estimates, double truth) {
        double error = Statistics.deviation(estimates) / Math.sqrt(estimates.size());
        assertThat(Statistics.mean(estimates)).isCloseTo(truth, within(3 * error));
    }

    private interface Plane {
        double at(double x, double y);
    }

    /** P(2·u + v ≤ y) of two even draws. */
    private static double distribution(double y) {
        return y < 1 ? y * y / 4 : y < 2 ? (2 * y - 1) / 4 : 1 - (3 - y) * (3 - y) / 4;
    }

    /** Variance of the mean of {@code rank} in each of {@code bins} along x, as a share of 1/12. */
    private static double integrated(int bins, Plane rank) {
        int fine = 800;
        double squares = 0;
        for (int bin = 0; bin < bins; bin++) {
            double sum = 0;
            for (int i = bin * fine / bins; i < (bin + 1) * fine / bins; i++) {
                for (int j = 0; j < fine; j++) {
                    sum += rank.at((i + 0.5) / fine, (j + 0.5) / fine);
                }
            }
            double mean = sum * bins / fine / fine;
            squares += (mean - 0.5) * (mean - 0.5) / bins;
        }
        return 12 * squares;
    }

    /** Beside a key that decides almost everything; 40 draws as in a search, a grid with three seeds as in a study. */
    @Test
    void aKeyThatDoesNothingSeldomSeemsToMatter() {
        int studies = 400;
        int ofDraws = 0;
        int ofGrids = 0;
        for (int study = 0; study < studies; study++) {
            RandomKey key = RANDOM.split("level").split(study);
            List<Observation> trials = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Map<String, Object> values = values(key.uniform(3L * i), key.uniform(3L * i + 1));
                trials.add(new Observation(values, 0, (double) values.get("a") + 0.1 * key.uniform(3L * i + 2)));
            }
            ofDraws += seems(Importance.ofDraws(trials).orElseThrow(), "b");
            ofGrids += seems(Importance.ofGrid(grid(3, 2, 3, at -> at[0] + key.normal((long) (1000 + at[2])) + 0.5 * key.normal((long) (at[0] + 3 * at[1] + 6 * at[2])))).orElseThrow(), "b");
        }
        double error = 3 * Math.sqrt(0.05 * 0.95 / studies);
        assertThat(ofDraws / (double) studies).isCloseTo(0.05, within(error));
        assertThat(ofGrids / (double) studies).isCloseTo(0.05, within(error));
    }

    private static int seems(Importance importance, String key) {
        return importance.keys().stream().filter(main -> main.key().equals(key)).mapToDouble(Main::p).findFirst().orElseThrow() <= Importance.LEVEL ? 1 : 0;
    }

    @Test
    void aKeyThatMattersIsSaidTo() {
        RandomKey key = RANDOM.split("power");
        List<Observation> trials = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Map<String, Object> values = values(key.uniform(3L * i), key.below(2, 3L * i + 1) == 0 ? "x" : "y");
            trials.add(new Observation(values, 0, (double) values.get("a") + (values.get("b").equals("x") ? 0.5 : 0)));
        }
        assertThat(Importance.ofDraws(trials).orElseThrow().keys()).allMatch(Main::shown);
    }
}
