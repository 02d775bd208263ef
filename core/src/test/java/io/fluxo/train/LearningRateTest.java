package io.fluxo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rates of whole trainings, against values worked out by hand. */
class LearningRateTest {

    private static final double ROOT_HALF = Math.sqrt(0.5);

    @Test
    void theWarmUpReachesThePeakAtItsLastStep() {
        assertRates(new LearningRate(8, 4, 6, Schedule.CONSTANT), 2, 4, 6, 8, 8, 8);
        assertRates(new LearningRate(8, 1, 3, Schedule.CONSTANT), 8, 8, 8);
        assertRates(new LearningRate(8, 0, 3, Schedule.CONSTANT), 8, 8, 8);
        assertRates(new LearningRate(8, 4, 2, Schedule.CONSTANT), 2, 4);
    }

    /** cos 45° = √½, cos 90° = 0, cos 135° = −√½. */
    @Test
    void theCosineFallsFromTheEndOfTheWarmUpToZero() {
        assertRates(new LearningRate(2, 2, 6, Schedule.COSINE), 1, 2, 1 + ROOT_HALF, 1, 1 - ROOT_HALF, 0);
        assertRates(new LearningRate(2, 1, 5, Schedule.COSINE), 2, 1 + ROOT_HALF, 1, 1 - ROOT_HALF, 0);
        assertRates(new LearningRate(2, 4, 4, Schedule.COSINE), 0.5, 1, 1.5, 2);
    }

    /** As {@code warmup} says: 0 and 1 are the same. */
    @Test
    void noWarmUpIsAWarmUpOfOneStep() {
        for (Schedule schedule : new Schedule[] {Schedule.CONSTANT, Schedule.COSINE}) {
            for (int steps : new int[] {1, 2, 5, 17}) {
                LearningRate one = new LearningRate(3, 1, steps, schedule);
                assertThat(IntStream.rangeClosed(1, steps).mapToDouble(new LearningRate(3, 0, steps, schedule)::at)).as("%d steps", steps)
                        .containsExactly(IntStream.rangeClosed(1, steps).mapToObj(one::at).toArray(Double[]::new));
            }
        }
    }

    @Test
    void ratesAgreeUpToTheStepFromWhichTheyDiffer() {
        LearningRate constant = new LearningRate(2, 3, 9, Schedule.CONSTANT);
        LearningRate cosine = new LearningRate(2, 3, 9, Schedule.COSINE);
        assertThat(constant.agrees(cosine, 3)).isTrue();
        assertThat(constant.agrees(cosine, 4)).isFalse();
        assertThat(cosine.agrees(new LearningRate(2, 3, 10, Schedule.COSINE), 3)).isTrue();
        assertThat(cosine.agrees(new LearningRate(2, 3, 10, Schedule.COSINE), 4)).isFalse();
    }

    private static void assertRates(LearningRate rate, double... expected) {
        for (int t = 1; t <= expected.length; t++) {
            assertThat(rate.at(t)).as("step %d", t).isCloseTo(expected[t - 1], within(1e-14));
        }
    }
}
