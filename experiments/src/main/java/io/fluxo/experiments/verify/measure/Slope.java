package io.fluxo.experiments.verify.measure;

import java.util.Arrays;

/** The straight line through points, by least squares. */
public final class Slope {

    private Slope() {}

    /** Slope of y against x. */
    public static double of(double[] x, double[] y) {
        double mx = Arrays.stream(x).average().orElseThrow();
        double my = Arrays.stream(y).average().orElseThrow();
        double product = 0;
        double square = 0;
        for (int i = 0; i < x.length; i++) {
            product += (x[i] - mx) * (y[i] - my);
            square += (x[i] - mx) * (x[i] - mx);
        }
        return product / square;
    }

    /** Slope of log y against log x. */
    public static double ofLogs(double[] x, double[] y) {
        return of(Arrays.stream(x).map(Math::log).toArray(), Arrays.stream(y).map(Math::log).toArray());
    }
}
