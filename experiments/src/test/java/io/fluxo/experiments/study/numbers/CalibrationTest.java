package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Every method that a study's results rest on, tried on studies whose truth is known: how often it errs, with 3, 5 and 10 seeds. The table stands in {@code docs/statistics.md};
 * {@code -Dfluxo.update=true} writes it anew.
 */
class CalibrationTest {

    private static final int STUDIES = 10_000;
    private static final List<Integer> SEEDS = List.of(3, 5, 10);
    private static final Map<Integer, Double> DETECTABLE = SEEDS.stream().collect(Collectors.toMap(n -> n, PairedPower::detectable));
    private static final Path PAGE = Path.of("../docs/statistics.md");
    private static final String BEGIN = "<!-- calibration: written by CalibrationTest -->\n";
    private static final String END = "<!-- end of calibration -->";

    /** How many standard errors a figure of {@link #STUDIES} may be off. */
    private static final double ERRORS = 4;

    /**
     * One method.
     *
     * @param asked    how often the event should be
     * @param careful  whether it may be rarer (of an error), or more frequent (of a cover)
     */
    private record Method(String what, double asked, boolean careful, Simulation simulation) {

        private double error() {
            return Math.sqrt(asked * (1 - asked) / STUDIES);
        }
    }

    private interface Simulation {
        /** Whether the event happened in a study of {@code seeds}; its draws come from {@code key}. */
        boolean happened(RandomKey key, int seeds);
    }

    private static final List<Method> METHODS = List.of(
            new Method("Student's interval holds the mean", 0.95, false, (key, n) -> Statistics.student(normals(key, n, 0.3)).contains(0.3)),
            new Method("the paired test finds a difference that is not there", 0.05, false, (key, n) -> Statistics.p(normals(key, n, 0)) < 0.05),
            new Method("one of four interactions is found where there is none (Holm)", 0.05, true, CalibrationTest::anyInteraction),
            new Method("equivalence is shown of a difference as large as the margin", 0.05, false, (key, n) -> Equivalence.p(normals(key, n, 5), 5) < 0.05),
            new Method("one variant is said to diverge more often, where both do in 3 trials of 10", 0.05, true, (key, n) -> diverged(key, n, false)),
            new Method("the same, where half of what makes a trial diverge is its seed", 0.05, true, (key, n) -> diverged(key, n, true)),
            new Method("the smallest difference that is told is shown", PairedPower.POWER, false, (key, n) -> Statistics.p(normals(key, n, DETECTABLE.get(n))) < 0.05),
            new Method("the interval of the deviation holds it", 0.95, false,
                    (key, n) -> PairedPower.deviationInterval(Statistics.deviation(normals(key, n, 0)), n).contains(1)),
            new Method("three stages (seeds, twice, four times) find a difference that is not there", 0.05, true, CalibrationTest::foundAtAStage),
            new Method("the three stages' intervals all hold the mean", 0.95, true, CalibrationTest::heldAtEachStage),
            new Method("the places of five variants, two of them alike, all lie within their bounds", 0.95, true, CalibrationTest::placesHold));

    @Test
    void everyMethodErrsAsOftenAsItSays() throws IOException {
        StringBuilder table = new StringBuilder("\n| in 10,000 simulated studies, how often | asked | 3 seeds | 5 seeds | 10 seeds | Monte Carlo error |\n|---|---|---|---|---|---|\n");
        for (Method method : METHODS) {
            List<Double> measured = SEEDS.stream().map(seeds -> share(method, seeds)).toList();
            for (double share : measured) {
                double off = share - method.asked;
                boolean errors = method.asked < 0.5;
                boolean carefully = method.careful && (errors ? off < 0 : off > 0);
                assertThat(carefully || Math.abs(off) <= ERRORS * method.error()).as("%s: asked %s, found %s", method.what, method.asked, measured).isTrue();
            }
            table.append(Text.format("| %s | %s%s | %s | ±%.4f |\n", method.what, method.careful ? method.asked < 0.5 ? "≤ " : "≥ " : "", Text.format("%.2f", method.asked),
                    measured.stream().map(share -> Text.format("%.4f", share)).collect(Collectors.joining(" | ")), method.error()));
        }
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        String now = page.substring(0, from) + table + "\n" + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("fluxo.update")) {
            Files.writeString(PAGE, now);
        }
        assertThat(PAGE).as("run the tests with -Dfluxo.update=true").hasContent(now);
    }

    private static double share(Method method, int seeds) {
        RandomKey key = RandomKey.of(17).split(method.what).split(seeds);
        IntPredicate happened = study -> method.simulation.happened(key.split(study), seeds);
        return (double) IntStream.range(0, STUDIES).filter(happened).count() / STUDIES;
    }

    private static List<Double> normals(RandomKey key, int count, double mean) {
        return IntStream.range(0, count).mapToObj(i -> mean + key.normal(i)).toList();
    }

    /** Four variants on each of two axes have nothing but a part that each key brings, and noise of their own. */
    private static boolean anyInteraction(RandomKey key, int seeds) {
        List<List<Double>> cells = IntStream.range(0, 9).mapToObj(cell -> normals(key.split(cell), seeds, cell % 3 + 10.0 * (cell / 3))).toList();
        List<Double> ps = new ArrayList<>();
        for (int a = 1; a < 3; a++) {
            for (int b = 1; b < 3; b++) {
                List<Double> with = cells.get(3 * a + b);
                List<Double> left = cells.get(3 * a);
                List<Double> right = cells.get(b);
                ps.add(Statistics.p(IntStream.range(0, seeds).mapToObj(i -> with.get(i) - left.get(i) - right.get(i) + cells.getFirst().get(i)).toList()));
            }
        }
        return Statistics.holm(ps).stream().anyMatch(p -> p < 0.05);
    }

    private static boolean diverged(RandomKey key, int seeds, boolean bySeed) {
        int[] counts = new int[2];
        for (int i = 0; i < seeds; i++) {
            boolean together = bySeed && key.split("whether").uniform(i) < 0.5;
            for (int variant = 0; variant < 2; variant++) {
                counts[variant] += key.split(together ? 2 : variant).uniform(i) < 0.3 ? 1 : 0;
            }
        }
        return Divergence.p(counts[0], seeds, counts[1], seeds) < 0.05;
    }

    private static boolean foundAtAStage(RandomKey key, int seeds) {
        Stages stages = Stages.doubling(seeds, 4 * seeds);
        List<Double> all = normals(key, 4 * seeds, 0);
        return stages.seeds().stream().anyMatch(n -> stages.corrected(Statistics.p(all.subList(0, n))) < 0.05);
    }

    private static boolean heldAtEachStage(RandomKey key, int seeds) {
        Stages stages = Stages.doubling(seeds, 4 * seeds);
        List<Double> all = normals(key, 4 * seeds, 0.3);
        return stages.seeds().stream().allMatch(n -> Statistics.student(all.subList(0, n), stages.confidence()).contains(0.3));
    }

    /** Means 0, 1, 1, 3 and 6 deviations: the best may be first, the two alike second or third. */
    private static boolean placesHold(RandomKey key, int seeds) {
        double[] means = {0, 1, 1, 3, 6};
        int[] best = {1, 2, 2, 4, 5};
        int[] worst = {1, 3, 3, 4, 5};
        List<Ranks.Places> places = Ranks.of(IntStream.range(0, 5).mapToObj(variant -> normals(key.split(variant), seeds, means[variant])).toList(),
                Stages.doubling(seeds, 0));
        return IntStream.range(0, 5).allMatch(i -> places.get(i).best() <= best[i] && places.get(i).worst() >= worst[i]);
    }
}
