package io.fluxo.experiments.study.numbers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RanksTest {

    private static final List<Double> BEST = List.of(1.00, 2.00, 3.00, 4.00);
    private static final List<Double> ALIKE = List.of(1.02, 1.99, 3.01, 3.99);
    private static final List<Double> WORST = List.of(2.00, 3.01, 4.02, 5.01);

    @Test
    void thoseThatAreNotToldApartShareTheirPlaces() {
        assertThat(Ranks.of(List.of(WORST, BEST, ALIKE), Stages.doubling(4, 4)))
                .containsExactly(new Ranks.Places(3, 3), new Ranks.Places(1, 2), new Ranks.Places(1, 2));
    }

    @Test
    void withOneSeedEveryPlaceIsPossible() {
        assertThat(Ranks.of(List.of(List.of(1.0), List.of(5.0)), Stages.doubling(1, 1))).containsOnly(new Ranks.Places(1, 2));
    }

    /** Differences 1, 1.1 and 1.6: p = 0.022 by itself, 0.044 at two stages and 0.066 at three. */
    @Test
    void everyStageCounts() {
        List<List<Double>> values = List.of(List.of(0.0, 0.0, 0.0), List.of(1.0, 1.1, 1.6));
        assertThat(Ranks.of(values, Stages.doubling(3, 6))).containsExactly(new Ranks.Places(1, 1), new Ranks.Places(2, 2));
        assertThat(Ranks.of(values, Stages.doubling(3, 12))).containsOnly(new Ranks.Places(1, 2));
    }
}
