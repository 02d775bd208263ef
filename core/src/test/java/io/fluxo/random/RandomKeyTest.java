package io.fluxo.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RandomKeyTest {

    private static final int DRAWS = 20_000;

    @Test
    void aDrawDependsOnKeyAndNumberAlone() {
        RandomKey key = RandomKey.of(7).split("init").split(3);
        long later = key.bits(1000);
        LongStream.range(0, 1000).forEach(key::bits);
        assertThat(RandomKey.of(7).split("init").split(3).bits(1000)).isEqualTo(later);
    }

    /** What has been published must not change: checkpoints and reports depend on it. */
    @Test
    void drawsAreThoseOfSplitMix64() {
        // Vigna's splitmix64.c from state 0: its first three outputs
        RandomKey key = new RandomKey(0);
        assertThat(key.bits(0)).isEqualTo(0xE220A8397B1DCDAFL);
        assertThat(key.bits(1)).isEqualTo(0x6E789E6AA1B965F4L);
        assertThat(key.bits(2)).isEqualTo(0x06C45D188009454FL);
    }

    @Test
    void streamsOfDifferentNamesDiffer() {
        RandomKey root = RandomKey.of(1);
        Set<Long> states = new HashSet<>();
        for (String name : new String[] {"", "a", "b", "ab", "ba", "a\0", "init", "data", "dropout", "blocks.0.mlp.W_in", "blocks.1.mlp.W_in"}) {
            states.add(root.split(name).state());
        }
        LongStream.range(-50, 50).forEach(index -> states.add(root.split(index).state()));
        LongStream.range(-50, 50).forEach(seed -> states.add(RandomKey.of(seed).state()));
        assertThat(states).hasSize(11 + 100 + 100);
    }

    @Test
    void uniformDrawsFillTheInterval() {
        RandomKey key = RandomKey.of(2);
        double[] draws = IntStream.range(0, DRAWS).mapToDouble(key::uniform).toArray();
        assertThat(Arrays.stream(draws)).allMatch(x -> x >= 0 && x < 1);
        assertThat(IntStream.range(0, DRAWS).mapToDouble(i -> draws[i]).average().orElseThrow()).isEqualTo(0.5, within(0.01));
        // neighbours are independent: E[xy] = 1/4
        assertThat(IntStream.range(1, DRAWS).mapToDouble(i -> draws[i] * draws[i - 1]).average().orElseThrow()).isEqualTo(0.25, within(0.01));
    }

    @Test
    void normalDrawsHaveMeanZeroAndVarianceOne() {
        RandomKey key = RandomKey.of(3);
        double[] draws = IntStream.range(0, DRAWS).mapToDouble(key::normal).toArray();
        assertThat(Arrays.stream(draws)).allMatch(Double::isFinite);
        assertThat(IntStream.range(0, DRAWS).mapToDouble(i -> draws[i]).average().orElseThrow()).isEqualTo(0, within(0.03));
        assertThat(IntStream.range(0, DRAWS).mapToDouble(i -> draws[i] * draws[i]).average().orElseThrow()).isEqualTo(1, within(0.05));
    }

    @Test
    void belowIsFairAndBounded() {
        RandomKey key = RandomKey.of(4);
        int[] counts = new int[7];
        IntStream.range(0, DRAWS).forEach(i -> counts[key.below(7, i)]++);
        assertThat(Arrays.stream(counts)).allMatch(count -> Math.abs(count - DRAWS / 7) < 250);
        assertThat(key.below(1, 9)).isZero();
        assertThatThrownBy(() -> key.below(0, 0)).hasMessageContaining("positive");
    }

    @Test
    void manyNormalsAreTheSameAsOneByOne() {
        RandomKey key = RandomKey.of(17).split("normals");
        for (int count : new int[] {0, 1, 2, 7}) {
            double[] each = new double[count];
            java.util.Arrays.setAll(each, i -> 0.3 * key.normal(i));
            assertThat(key.normals(count, 0.3)).isEqualTo(each);
        }
    }
}
