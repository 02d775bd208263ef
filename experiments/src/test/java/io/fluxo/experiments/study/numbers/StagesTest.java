package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StagesTest {

    @Test
    void seedsDoubleUpToTheMost() {
        assertThat(Stages.doubling(3, 10).seeds()).containsExactly(3, 6, 10);
        assertThat(Stages.doubling(3, 12).seeds()).containsExactly(3, 6, 12);
        assertThat(Stages.doubling(3, 4).seeds()).containsExactly(3, 4);
        assertThat(Stages.doubling(3, 0).seeds()).as("no more than the first").containsExactly(3);
        assertThat(Stages.doubling(1_500_000_000, Integer.MAX_VALUE).seeds()).containsExactly(1_500_000_000, Integer.MAX_VALUE);
    }

    @Test
    void everyStageCounts() {
        Stages three = Stages.doubling(3, 10);
        assertThat(three.corrected(0.01)).isCloseTo(0.03, within(1e-15));
        assertThat(three.corrected(0.5)).isOne();
        assertThat(three.corrected(Double.NaN)).isNaN();
        assertThat(three.confidence()).isCloseTo(1 - 0.05 / 3, within(1e-15));
        assertThat(Stages.doubling(3, 0).corrected(0.01)).isEqualTo(0.01);
    }
}
