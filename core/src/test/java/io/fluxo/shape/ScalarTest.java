package io.fluxo.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScalarTest {

    @Test
    void numbersAreComputedAtOnce() {
        assertThat(Scalar.reciprocal(Dim.of(4))).isEqualTo(Scalar.of(0.25));
        assertThat(Scalar.reciprocalSqrt(Dim.of(16))).isEqualTo(Scalar.of(0.25));
        assertThat(Scalar.NEGATIVE_INFINITY.value()).isNegative().isInfinite();
    }

    @Test
    void symbolsStayExpressions() {
        Scalar scale = Scalar.reciprocalSqrt(Dim.symbol("d_head"));
        assertThat(scale).hasToString("1/√(d_head)").isEqualTo(Scalar.reciprocalSqrt(Dim.symbol("d_head")));
        assertThat(scale).isNotEqualTo(Scalar.reciprocalSqrt(Dim.symbol("d_v")));
        assertThatThrownBy(scale::value).isInstanceOf(IllegalStateException.class).hasMessageContaining("d_head");
    }

    @Test
    void besselsCorrectionIsOneForASingleSample() {
        assertThat(Scalar.bessel(Dim.of(1))).isEqualTo(Scalar.ONE);
        assertThat(Scalar.bessel(Dim.of(2))).isEqualTo(Scalar.of(2));
        assertThat(Scalar.bessel(Dim.of(5))).isEqualTo(Scalar.of(1.25));
        assertThat(Scalar.bessel(Dim.symbol("n"))).hasToString("n/(n - 1)");
    }

    @Test
    void anExpressionHasItsNumberWhereItsSymbolsHave() {
        Map<String, Long> sizes = Map.of("n", 16L);
        Dim n = Dim.symbol("n");
        assertThat(Scalar.of(n).at(sizes)).isEqualTo(Scalar.of(16));
        assertThat(Scalar.reciprocal(n).at(sizes)).isEqualTo(Scalar.of(1 / 16.0));
        assertThat(Scalar.of(n).sqrt().at(sizes)).isEqualTo(Scalar.of(4));
        assertThat(Scalar.reciprocalSqrt(n).at(sizes)).isEqualTo(Scalar.of(0.25));
        assertThat(Scalar.bessel(n).at(sizes)).isEqualTo(Scalar.of(16 / 15.0));
        assertThat(Scalar.of(0.3).at(sizes)).isEqualTo(Scalar.of(0.3)).hasToString("0.3");
        assertThat(Scalar.of(n)).hasToString("n");
    }

    @Test
    void everyExpressionOfASymbolRefusesToBeANumber() {
        Dim n = Dim.symbol("n");
        for (Scalar scalar : new Scalar[] {Scalar.of(n), Scalar.reciprocal(n), Scalar.of(n).sqrt(), Scalar.bessel(n)}) {
            assertThatThrownBy(scalar::value).as(scalar.toString()).isInstanceOf(UnknownSizeException.class).hasMessage("the size n is symbolic: it has no number");
        }
    }
}
