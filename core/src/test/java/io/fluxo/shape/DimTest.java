package io.fluxo.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.random.RandomKey;
import org.junit.jupiter.api.Test;

class DimTest {

    private static final Dim N = Dim.symbol("n");
    private static final Dim D = Dim.symbol("d");

    @Test
    void knownSizesCompute() {
        assertThat(Dim.of(3).plus(Dim.of(4))).isEqualTo(Dim.of(7));
        assertThat(Dim.of(3).minus(Dim.of(3))).isEqualTo(Dim.of(0));
        assertThat(Dim.of(3).times(Dim.of(4)).size()).isEqualTo(12);
    }

    @Test
    void labelsDoNotMatterToEquality() {
        assertThat(Dim.of("pos", 7)).isEqualTo(Dim.of(7)).hasSameHashCodeAs(Dim.of("head", 7));
        assertThat(N.named("pos")).isEqualTo(N).hasSameHashCodeAs(N);
    }

    @Test
    void polynomialsAreEqualWhenTheirTermsAre() {
        assertThat(N.plus(D)).isEqualTo(D.plus(N));
        assertThat(N.plus(D).times(N.minus(D))).isEqualTo(N.times(N).minus(D.times(D)));
        assertThat(N.times(D)).isNotEqualTo(N.plus(D));
        assertThat(N).isNotEqualTo(Dim.of(1));
    }

    @Test
    void whatCancelsBecomesANumber() {
        assertThat(N.minus(N)).isEqualTo(Dim.of(0));
        assertThat(N.plus(Dim.of(4)).minus(N)).isEqualTo(Dim.of(4));
        assertThat(N.times(Dim.of(0))).isEqualTo(Dim.of(0));
        assertThat(N.plus(Dim.of(4)).minus(N).isKnown()).isTrue();
        assertThat(N.times(Dim.of(1))).isEqualTo(N);
    }

    /** Two different polynomials differ at almost every point; equal ones agree at all. */
    @Test
    void algebraAgreesWithArithmetic() {
        for (long seed = 0; seed < 200; seed++) {
            RandomKey key = RandomKey.of(seed);
            long n = 1 + key.below(9, 0);
            long d = 1 + key.below(9, 1);
            assertThat(value(expression(N, D, key), n, d)).as("seed %d", seed).isEqualTo(value(expression(Dim.of(n), Dim.of(d), key), n, d));
        }
    }

    private static Dim expression(Dim n, Dim d, RandomKey key) {
        Dim result = n;
        for (int step = 2; step < 8; step++) {
            Dim operand = key.below(3, 10 * step) == 0 ? Dim.of(key.below(5, 10 * step + 1)) : key.below(2, 10 * step + 2) == 0 ? n : d;
            result = switch (key.below(3, 10 * step + 3)) {
                case 0 -> result.plus(operand);
                case 1 -> result.minus(operand);
                default -> result.times(operand);
            };
        }
        return result;
    }

    private static long value(Dim dim, long n, long d) {
        return dim.terms().entrySet().stream().mapToLong(term -> term.getKey().powers().entrySet().stream()
                .mapToLong(power -> (long) Math.pow("n".equals(power.getKey()) ? n : d, power.getValue())).reduce(term.getValue(), (a, b) -> a * b)).sum();
    }

    @Test
    void aSymbolHasNoNumber() {
        assertThat(N.isKnown()).isFalse();
        assertThatThrownBy(N::size).isInstanceOf(IllegalStateException.class).hasMessageContaining("n is symbolic");
    }

    @Test
    void sizesBeyondLongDoNotWrapAround() {
        assertThatThrownBy(() -> Dim.of(Long.MAX_VALUE).plus(Dim.ONE)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Dim.of(1L << 40).times(Dim.of(1L << 40))).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Dim.of(1L << 40).size()).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void shownAsTheFieldWritesThem() {
        assertThat(Dim.of("d_model", 256)).hasToString("d_model=256");
        assertThat(Dim.of(256)).hasToString("256");
        assertThat(N).hasToString("n");
        assertThat(N.times(D).plus(Dim.of(2).times(N)).minus(Dim.of(3))).hasToString("d·n + 2·n - 3");
        assertThat(N.times(N).named("area")).hasToString("area=n^2");
    }
}
