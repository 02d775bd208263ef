package io.fluxo.experiments.verify.measure;

/** Rows of one width, one after another. */
public final class Rows {

    private Rows() {}

    /** Rows of that width with mean 0 and variance 1. */
    public static double[] normed(double[] rows, int width) {
        double[] normed = new double[rows.length];
        double[] deviations = deviations(rows, width);
        for (int start = 0; start < rows.length; start += width) {
            double mean = mean(rows, start, width);
            for (int c = 0; c < width; c++) {
                normed[start + c] = (rows[start + c] - mean) / deviations[start / width];
            }
        }
        return normed;
    }

    /** The standard deviation of each of the rows of that width. */
    public static double[] deviations(double[] rows, int width) {
        double[] deviations = new double[rows.length / width];
        for (int i = 0; i < deviations.length; i++) {
            double mean = mean(rows, i * width, width);
            double variance = 0;
            for (int c = 0; c < width; c++) {
                variance += (rows[i * width + c] - mean) * (rows[i * width + c] - mean) / width;
            }
            deviations[i] = Math.sqrt(variance);
        }
        return deviations;
    }

    private static double mean(double[] rows, int start, int width) {
        double mean = 0;
        for (int c = 0; c < width; c++) {
            mean += rows[start + c] / width;
        }
        return mean;
    }
}
