package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The name that was meant is the one fewest letters away; of several, the first in the alphabet. */
class NearestTest {

    @ParameterizedTest
    @CsvSource({"W_Q, W_K, W_Q, W_Q", "W_q, W_QK, W_Q, W_Q", "a, bcd, xy, xy", "ab, abcdef, xy, xy", "ab, ab, a, ab", "kitten, sitting, cathedral, sitting", "x, b, a, a",
        "'', ab, c, c"})
    void theNearestOfTwo(String name, String one, String other, String nearest) {
        assertThat(Nearest.to(name, List.of(one, other))).contains(nearest);
        assertThat(Nearest.to(name, List.of(other, one))).contains(nearest);
    }

    @Test
    void amongNoneThereIsNone() {
        assertThat(Nearest.to("W_Q", List.of())).isEmpty();
    }

    /** Names may come from a hostile file. */
    @Test
    void theSearchEnds() {
        assertThat(Nearest.to("a".repeat(5_000_000), List.of("b", "a".repeat(200)))).contains("a".repeat(200));
        List<String> many = Stream.concat(IntStream.range(0, 10_000).mapToObj(i -> "other" + i), Stream.of("W_Q")).toList();
        assertThat(Nearest.to("W_Q", many)).get().asString().startsWith("other");
        assertThat(Nearest.to("W_Q", many.subList(1, many.size()))).contains("W_Q");
    }
}
