package io.fluxo.shape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
