package io.fluxo.experiments.verify.example;

import java.util.Arrays;

/** (x − μ)/σ with ε = 0, by the definition. */
public record LayerNormOnPaper(double mean, double deviation, double[] normalized) {

    public static LayerNormOnPaper of(double[] x) {
        double mean = Arrays.stream(x).sum() / x.length;
        double deviation = Math.sqrt(Arrays.stream(x).map(value -> (value - mean) * (value - mean)).sum() / x.length);
        return new LayerNormOnPaper(mean, deviation, Arrays.stream(x).map(value -> (value - mean) / deviation).toArray());
    }

    /** The gain, one for each feature and without bias, that turns the normalised vector into {@code wanted}. */
    public double[] gainFor(double[] wanted) {
        double[] gain = new double[wanted.length];
        Arrays.setAll(gain, i -> wanted[i] / normalized[i]);
        return gain;
    }

    /** How far the nearest a·x̂ + b, one gain and one bias for all features, stays from {@code wanted}: 0 only where it can be reached. */
    public double fromScalarGain(double[] wanted) {
        int d = wanted.length;
        double mean = Arrays.stream(wanted).sum() / d;
        double product = 0;
        double rest = 0;
        for (int i = 0; i < d; i++) {
            product += normalized[i] * (wanted[i] - mean) / d;
        }
        for (int i = 0; i < d; i++) {
            double left = wanted[i] - mean - product * normalized[i];
            rest += left * left;
        }
        return Math.sqrt(rest);
    }
}
