package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.Fixtures;
import io.fluxo.random.RandomKey;
import io.fluxo.train.Examples;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MarkovTest {

    @Test
    void theEntropyRateIsThatOfItsSequences() {
        int states = 6;
        Task task = new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT.with(TaskSpec.KIND, "markov").with(Markov.STATES, states), false);
        int[] ids = task.batch(RandomKey.of(3), 0, 1, 400_000).tokens();
        int[][] pairs = new int[states][states];
        int[] singles = new int[states];
        for (int i = 1; i < ids.length; i++) {
            pairs[ids[i - 1]][ids[i]]++;
            singles[ids[i - 1]]++;
        }
        double rate = 0;
        for (int s = 0; s < states; s++) {
            rate += Entropy.ofCounts(pairs[s], singles[s]) * singles[s] / (ids.length - 1);
        }
        assertThat(task.floor().orElseThrow()).isCloseTo(rate, within(0.01));
        assertThat(task.unigramEntropy().orElseThrow()).isCloseTo(Entropy.ofCounts(singles, ids.length - 1), within(0.01));
        assertThat(task.floor().orElseThrow()).isLessThan(task.unigramEntropy().orElseThrow());
    }

    @Test
    void sequencesAreAPureFunctionOfKeyAndStep() {
        Task task = new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT.with(TaskSpec.KIND, "markov"), false);
        RandomKey key = RandomKey.of(1);
        assertThat(task.batch(key, 5, 3, 8)).isEqualTo(new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT.with(TaskSpec.KIND, "markov").with(TaskParts.CORPUS, ""), true).batch(key, 5, 3, 8));
        assertThat(task.batch(key, 5, 3, 8)).isNotEqualTo(task.batch(key, 6, 3, 8));
        assertThat(task.validationBatch(0, 3, 8)).isNotEqualTo(task.validationBatch(1, 3, 8));
    }

    private static Task task(int states) {
        return new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT.with(TaskSpec.KIND, "markov").with(Markov.STATES, states), false);
    }

    /** Row s is the softmax of 2z, z normal, from a key that depends on the number of states alone. */
    private static double[][] transition(int states) {
        double[][] rows = new double[states][states];
        for (int s = 0; s < states; s++) {
            RandomKey key = RandomKey.of(0).split("markov").split(states).split("row").split(s);
            double sum = 0;
            for (int t = 0; t < states; t++) {
                sum += Math.exp(2 * key.normal(t));
            }
            for (int t = 0; t < states; t++) {
                rows[s][t] = Math.exp(2 * key.normal(t)) / sum;
            }
        }
        return rows;
    }

    /** Where a chain of two states stays, which has a closed form: each in proportion to the other's chance to change. */
    @Test
    void theChainIsTheSoftmaxOfNormalDrawsAndItsFloorTheEntropyRate() {
        double[][] p = transition(2);
        double first = p[1][0] / (p[0][1] + p[1][0]);
        assertThat(task(2).unigramEntropy().orElseThrow()).isCloseTo(entropy(first, 1 - first), within(1e-12));
        assertThat(task(2).floor().orElseThrow()).isCloseTo(first * entropy(p[0]) + (1 - first) * entropy(p[1]), within(1e-12));
    }

    private static double entropy(double... probabilities) {
        return -Arrays.stream(probabilities).map(x -> x * Math.log(x)).sum();
    }

    @Test
    void statesFollowEachOtherAsOftenAsTheChainSays() {
        int states = 5;
        double[][] p = transition(states);
        int[] ids = task(states).batch(RandomKey.of(3), 1, 1, 200_000).tokens();
        int[][] pairs = new int[states][states];
        for (int i = 1; i < ids.length; i++) {
            pairs[ids[i - 1]][ids[i]]++;
        }
        for (int s = 0; s < states; s++) {
            int left = Arrays.stream(pairs[s]).sum();
            for (int t = 0; t < states; t++) {
                assertThat((double) pairs[s][t]).as("%d to %d", s, t).isCloseTo(left * p[s][t], within(5 * Math.sqrt(left * p[s][t] * (1 - p[s][t]))));
            }
        }
    }

    /** A first state is as frequent as the state is at all, and so is a second one. */
    @Test
    void sequencesBeginWhereTheChainStays() {
        int rows = 40_000;
        double[][] p = transition(2);
        double first = p[1][0] / (p[0][1] + p[1][0]);
        double reach = 5 * Math.sqrt(rows * first * (1 - first));
        Examples examples = task(2).batch(RandomKey.of(4), 1, rows, 1);
        assertThat((double) Arrays.stream(examples.tokens()).filter(id -> id == 0).count()).isCloseTo(first * rows, within(reach));
        assertThat((double) Arrays.stream(examples.targets()).filter(id -> id == 0).count()).isCloseTo(first * rows, within(reach));
    }

    @Test
    void validationIsTwentyDrawsThatNoTrainingSees() {
        Task task = task(16);
        assertThat(task.validationBatches(4, 32)).isEqualTo(20);
        Set<Examples> validation = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            validation.add(task.validationBatch(i, 4, 32));
        }
        assertThat(validation).hasSize(20);
        for (int seed = 0; seed < 5; seed++) {
            for (int step = 0; step <= 25; step++) {
                assertThat(validation).doesNotContain(task.batch(RandomKey.of(seed).split("data"), step, 4, 32));
            }
        }
    }

    @Test
    void theSequencesOfABatchDiffer() {
        Examples examples = task(16).batch(RandomKey.of(5), 1, 20, 32);
        assertThat(IntStream.range(0, 20).mapToObj(row -> List.of(Arrays.stream(examples.tokens(), 32 * row, 32 * row + 32).boxed().toArray())).distinct()).hasSize(20);
    }

    /** The published sequences must not change: the i-th state is the first whose cumulated probability exceeds the i-th uniform draw. */
    @Test
    void statesAreDrawnByInversion() {
        int states = 7;
        double[][] p = transition(states);
        int[] ids = task(states).batch(RandomKey.of(6), 4, 3, 50).tokens();
        for (int row = 0; row < 3; row++) {
            RandomKey key = RandomKey.of(6).split(4).split(row);
            for (int i = 1; i < 50; i++) {
                double left = key.uniform(i);
                int next = 0;
                while (left >= p[ids[50 * row + i - 1]][next]) {
                    left -= p[ids[50 * row + i - 1]][next++];
                }
                assertThat(ids[50 * row + i]).as("sequence %d, state %d", row, i).isEqualTo(next);
            }
        }
    }
}
