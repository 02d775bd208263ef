package io.fluxo.experiments.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.Fixtures;
import io.fluxo.random.RandomKey;
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
}
