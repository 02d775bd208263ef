package io.fluxo.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.random.RandomKey;
import java.util.Map;
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

    @Test
    void aSizeHasANumberWhereItsSymbolsHave() {
        Dim area = N.times(N).times(D).minus(Dim.of(2).times(D)).plus(Dim.of(7)).named("area");
        assertThat(area.at(Map.of("n", 3L, "d", 5L))).isEqualTo(Dim.of(9 * 5 - 2 * 5 + 7)).hasToString("area=42");
        assertThat(Dim.of("pos", 4).at(Map.of())).hasToString("pos=4");
        assertThatThrownBy(() -> area.at(Map.of("n", 3L))).isInstanceOf(IllegalArgumentException.class).hasMessage("the size d is not known");
        assertThatThrownBy(() -> area.at(Map.of("n", 1L << 40, "d", 1L))).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void symbolsAreAtLeastOne() {
        assertThat(N.minus(Dim.ONE).isNeverNegative()).isTrue();
        assertThat(N.minus(Dim.of(2)).isNeverNegative()).isFalse();
        assertThat(Dim.of(3).times(N).plus(D).minus(Dim.of(4)).isNeverNegative()).isTrue();
        assertThat(N.times(Dim.of(9)).minus(D).isNeverNegative()).as("d may be larger").isFalse();
        assertThat(Dim.of(0).isNeverNegative()).isTrue();
        assertThat(Dim.of(-1).isNeverNegative()).isFalse();
    }

    @Test
    void whatIsAddedIsToldFromWhatIsSubtracted() {
        assertThat(Dim.of(64).minus(D).added()).isEqualTo(Dim.of(64));
        assertThat(N.minus(D).plus(Dim.of(2)).added()).isEqualTo(N.plus(Dim.of(2)));
        assertThat(Dim.of(0).minus(D).added()).isEqualTo(Dim.of(0));
    }

    @Test
    void aSizeIsDividedByWhatDividesItWhateverItsSymbolsAre() {
        assertThat(N.times(D).plus(Dim.of(3).times(N)).over(N)).isEqualTo(D.plus(Dim.of(3)));
        assertThat(Dim.of(6).times(N).times(N).over(Dim.of(2).times(N))).isEqualTo(Dim.of(3).times(N));
        assertThat(Dim.of(12).over(Dim.of(4))).isEqualTo(Dim.of(3));
        assertThat(Dim.of(0).over(N)).isEqualTo(Dim.of(0));
        assertRefused(N.times(D), Dim.of(2), "d·n is not a multiple of 2");
        assertRefused(N.plus(Dim.of(4)), N, "n + 4 is not a multiple of n");
        assertRefused(N, N.times(N), "n is not a multiple of n^2");
        assertRefused(N.times(N), N.plus(D), "n^2 cannot be divided by d + n");
        assertRefused(Dim.of(4), Dim.of(0), "4 cannot be divided by 0");
    }

    private static void assertRefused(Dim size, Dim divisor, String message) {
        assertThatThrownBy(() -> size.over(divisor)).isInstanceOf(ShapeMismatchException.class).hasMessage(message);
    }

    @Test
    void aRenamedSizeIsStillThatSize() {
        assertThat(Dim.of("pos", 7).named("head")).hasToString("head=7").isEqualTo(Dim.of(7));
        assertThat(Dim.of("pos", 7).label()).isEqualTo("pos");
        assertThat(N.plus(D).label()).isEmpty();
        assertThat(N.named("n")).hasToString("n");
        assertThat(Dim.of(-3)).isNotEqualTo(Dim.of(3)).isNotEqualTo(N);
    }
}
