package io.fluxo.experiments.study.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.setting.Values;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutwardTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1e-3, 3e-3, 1e-2             | 0.03, 0.1, 0.3, 1        | 3e-4, 1e-4, 3e-5, 1e-5
            3e-4, 1e-3                   | 3e-3, 0.01, 0.03, 0.1    | 1e-4, 3e-5, 1e-5, 3e-6
            1, 2, 5, 10, 20              | 50, 100, 200, 500        | 0.5, 0.2, 0.1, 0.05
            1e-2, 1e-3, 1e-4             | 0.1, 1, 10, 100          | 1e-5, 1e-6, 1e-7, 1e-8
            2e-3, 2e-2                   | 0.2, 2, 20, 200          | 2e-4, 2e-5, 2e-6, 2e-7
            1e-3, 2e-3, 4e-3             | 8e-3, 0.016, 0.032, 0.064 | 5e-4, 2.5e-4, 1.3e-4, 6.3e-5
            0.1, 0.25                    | 0.63, 1.6, 3.9, 9.8      | 0.04, 0.016, 6.4e-3, 2.6e-3
            0, 0.01, 0.1                 | 1, 10, 100, 1000         | -0.01, -0.02, -0.03, -0.04
            0.1, 0.2, 0.3                | 0.4, 0.5, 0.6, 0.7       | 0, -0.1, -0.2, -0.3
            0.9, 0.95                    | 1, 1.05, 1.1, 1.15       | 0.85, 0.8, 0.75, 0.7
            1, 1.1, 1.21, 1.33           | 1.46, 1.61, 1.77, 1.94   | 0.909, 0.826, 0.751, 0.683
            """)
    void decimalsGoOnAsTheyWouldBeWritten(String written, String above, String below) {
        List<Object> values = Arrays.stream(written.split(", *")).<Object>map(Double::valueOf).toList();
        assertThat(four(values, true)).isEqualTo(above);
        assertThat(four(values, false)).isEqualTo(below);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8, 16, 32      | 64, 128, 256, 512    | 4, 2, 1, 0
            2, 3, 4        | 5, 6, 7, 8           | 1, 0, -1, -2
            64, 104        | 144, 184, 224, 264   | 24, -16, -56, -96
            10, 30, 100    | 300, 1000, 3000, 10000 | 3, 1, 0, -1
            1, 2           | 4, 8, 16, 32         | 0, -1, -2, -3
            1, 2, 3, 5, 8  | 13, 20, 33, 52       | 0, -1, -2, -3
            1024, 512      | 2048, 4096, 8192, 16384 | 256, 128, 64, 32
            """)
    void wholeNumbersStayWholeAndDistinct(String written, String above, String below) {
        List<Object> values = Arrays.stream(written.split(", *")).<Object>map(Integer::valueOf).toList();
        assertThat(four(values, true)).isEqualTo(above);
        assertThat(four(values, false)).isEqualTo(below);
    }

    private static String four(List<Object> values, boolean upward) {
        return IntStream.rangeClosed(1, 4).mapToObj(place -> Values.label(Outward.of(values, upward).number(place).orElseThrow())).collect(Collectors.joining(", "));
    }

    /** A number that is written and one that is computed name the same trial. */
    @Test
    void aComputedNumberIsTheOneThatIsWritten() {
        assertThat(Outward.of(List.of(1e-3, 3e-3, 1e-2), true).number(1)).isEqualTo(Optional.of(3e-2));
        assertThat(Outward.of(List.of(0.1, 0.2, 0.3), true).number(3)).as("0.1 + 0.2 + … is another number").isEqualTo(Optional.of(0.6));
        assertThat(Outward.of(List.of(1e-3, 3e-3), false).number(1)).isEqualTo(Optional.of(3e-4));
    }

    @Test
    void thereIsAnEndOfNumbers() {
        assertThat(Outward.of(List.of(1, Integer.MAX_VALUE), true).number(1)).isEmpty();
        assertThat(Outward.of(List.of(1.0, 1e300), true).number(1)).isEmpty();
        assertThat(Outward.of(List.of(1e-300, 1.0), false).number(1)).isEmpty();
        assertThat(Outward.of(List.of(1e-3, 1.0001e-3, 1.0002e-3), true).number(1)).as("four digits, where three do not suffice").isEqualTo(Optional.of(1.0003e-3));
    }
}
