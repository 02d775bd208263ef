package io.fluxo.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.random.RandomKey;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeneratorTest {

    private record Point(int x, int y) {}

    private static final Generator<Point> POINTS = choices -> new Point(choices.integer(-3, 9), choices.integer(0, 500));

    private static <T> List<T> values(Generator<T> generator, int count) {
        return IntStream.range(0, count).mapToObj(i -> generator.draw(RandomKey.of(i)).value()).toList();
    }

    @Test
    void aValueIsAFunctionOfItsKey() {
        assertThat(values(POINTS.list(0, 5), 50)).isEqualTo(values(POINTS.list(0, 5), 50));
    }

    @Test
    void rangesAreKeptAndTheirEndsAreMet() {
        assertThat(values(Generator.integers(-2, 1_000_000), 200)).allMatch(n -> n >= -2 && n <= 1_000_000).contains(-2, 1_000_000);
        assertThat(values(Generator.integers(0, 3), 100)).contains(0, 1, 2, 3);
        assertThat(values(Generator.integers(7, 7), 5)).containsOnly(7);
        assertThat(values(Generator.integers(0, Integer.MAX_VALUE - 1), 100)).allMatch(n -> n >= 0).contains(Integer.MAX_VALUE - 1);
        assertThat(values(Generator.oneOf(List.of("a", "b", "c")), 100)).contains("a", "b", "c");
        assertThat(values(POINTS.list(1, 3).map(List::size), 100)).containsOnly(1, 2, 3);
    }

    @Test
    void impossibleRangesAreRefused() {
        assertThatThrownBy(() -> Generator.integers(3, 2).simplest()).hasMessage("there is no number from 3 to 2");
        assertThatThrownBy(() -> Generator.integers(0, Integer.MAX_VALUE).simplest()).hasMessageContaining("too many numbers");
        assertThatThrownBy(() -> Generator.integers(Integer.MIN_VALUE, 0).simplest()).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void theSimplestIsFirstAndSmallest() {
        assertThat(POINTS.simplest()).isEqualTo(new Point(-3, 0));
        assertThat(POINTS.list(2, 5).simplest()).isEqualTo(List.of(new Point(-3, 0), new Point(-3, 0)));
        assertThat(Generator.oneOf(List.of("plain", "odd")).simplest()).isEqualTo("plain");
    }

    @Test
    void whatIsSimplerIsInRangeAndComesSimplestFirst() {
        Drawn<Integer> nine = Drawn.of(Generator.integers(3, 30), Choices.replay(List.of(9)));
        assertThat(nine.value()).isEqualTo(12);
        assertThat(nine.simpler().map(Drawn::value)).startsWith(3).contains(11).isSorted().allMatch(n -> n >= 3 && n < 12);
        assertThat(Drawn.of(POINTS, Choices.replay(List.of())).simpler()).isEmpty();
    }

    @Test
    void aSimplerAlternativeMayNeedFewerChoices() {
        Generator<Object> either = Generator.anyOf(List.of(choices -> "nothing", choices -> POINTS.from(choices)));
        assertThat(Drawn.of(either, Choices.replay(List.of(1, 2, 3))).simpler().map(Drawn::value)).startsWith("nothing").contains(new Point(-3, 3));
    }
}
