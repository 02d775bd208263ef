package io.fluxo.layer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The nonlinearities on the host, which backends are held against, themselves held against integrals and tabulated values. */
class HostActivationsTest {

    /** Φ(x) − ½ is the integral of the normal density from 0 to x, here by Simpson's rule. */
    @Test
    void geluIsXTimesTheNormalDistribution() {
        for (double x = -8; x <= 8; x += 0.0625) {
            assertThat(HostActivations.GELU.applyAsDouble(x)).as("GELU(%s)", x).isCloseTo(x * (0.5 + integral(x)), within(1e-13));
        }
    }

    private static double integral(double to) {
        int steps = 2000;
        double width = to / steps;
        double sum = density(0) + density(to);
        for (int i = 1; i < steps; i++) {
            sum += (i % 2 == 0 ? 2 : 4) * density(i * width);
        }
        return sum * width / 3;
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** Abramowitz and Stegun, table 7.1. */
    @Test
    void theErrorFunctionIsAsTabulated() {
        assertThat(ErrorFunction.of(0.5)).isCloseTo(0.5204998778, within(1e-10));
        assertThat(ErrorFunction.of(1)).isCloseTo(0.8427007929, within(1e-10));
        assertThat(ErrorFunction.of(2)).isCloseTo(0.9953222650, within(1e-10));
        assertThat(ErrorFunction.of(-1)).isEqualTo(-ErrorFunction.of(1));
        assertThat(1 - ErrorFunction.of(3)).isCloseTo(2.209049699858544e-5, within(1e-15));
        assertThat(1 - ErrorFunction.of(4)).isCloseTo(1.541725790028002e-8, within(1e-15));
        assertThat(ErrorFunction.of(7)).isEqualTo(1);
    }

    /** At 1: tanh(√(2/π)·1.044715) = tanh(0.8335623…); σ(1) = 1/(1 + 1/e). */
    @Test
    void theOthersAreTheirFormulas() {
        double t = Math.exp(2 * 1.044715 * Math.sqrt(2 / Math.PI));
        assertThat(HostActivations.GELU_TANH.applyAsDouble(1)).isCloseTo(t / (t + 1), within(1e-15));
        double u = Math.exp(-2 * (2 + 8 * 0.044715) * Math.sqrt(2 / Math.PI));
        assertThat(HostActivations.GELU_TANH.applyAsDouble(-2)).isCloseTo(-2 * u / (u + 1), within(1e-15));
        assertThat(HostActivations.SILU.applyAsDouble(1)).isCloseTo(Math.E / (Math.E + 1), within(1e-15));
        assertThat(HostActivations.SILU.applyAsDouble(-2)).isCloseTo(-2 / (Math.E * Math.E + 1), within(1e-15));
        assertThat(HostActivations.RELU.applyAsDouble(-2)).isZero();
        assertThat(HostActivations.RELU.applyAsDouble(2)).isEqualTo(2);
    }
}
