package io.fluxo.experiments.compare.drift;

/**
 * The straight line of least squares.
 *
 * @param r2 the share of the variance that it explains; NaN where there is none
 */
record LineFit(double slope, double r2) {

    static LineFit of(double[] xs, double[] ys) {
        double x = mean(xs);
        double y = mean(ys);
        double xx = 0;
        double xy = 0;
        double yy = 0;
        for (int i = 0; i < xs.length; i++) {
            xx += (xs[i] - x) * (xs[i] - x);
            xy += (xs[i] - x) * (ys[i] - y);
            yy += (ys[i] - y) * (ys[i] - y);
        }
        return new LineFit(xy / xx, xy * xy / (xx * yy));
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
