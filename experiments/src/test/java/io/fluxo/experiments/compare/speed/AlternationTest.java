package io.fluxo.experiments.compare.speed;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.compare.speed.Alternation.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlternationTest {

    private final StringBuilder log = new StringBuilder();

    private Turn turn(String name, int runs) {
        return new Turn(runs, () -> log.append(name));
    }

    @Test
    void oneAfterTheOther() {
        Alternation.run(List.of(turn("a", 4), turn("b", 4)));
        assertThat(log.toString()).isEqualTo("abababab");
    }

    @Test
    void fewerRunsAreSpreadEvenlyAmongMore() {
        Alternation.run(List.of(turn("a", 6), turn("b", 2), turn("c", 0)));
        assertThat(log.toString()).isEqualTo("aaabaaab");
    }

    @Test
    void nothingToRun() {
        Alternation.run(List.of());
        assertThat(log.toString()).isEmpty();
    }
}
