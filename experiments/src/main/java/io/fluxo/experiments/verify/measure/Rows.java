package io.fluxo.experiments.verify.measure;

/** Rows of one width, one after another. */
public final class Rows {

    private Rows() {}

    /** Rows of that width with mean 0 and variance 1. */
    public static double[] normed(double[] rows, int width) {
        double[] normed = new double[rows.length];
        for (int start = 0; start < rows.length; start += width) {
            double mean = 0;
            for (int c = 0; c < width; c++) {
                mean += rows[start + c] / width;
            }
            double variance = 0;
            for (int c = 0; c < width; c++) {
                variance += (rows[start + c] - mean) * (rows[start + c] - mean) / width;
            }
            for (int c = 0; c < width; c++) {
                normed[start + c] = (rows[start + c] - mean) / Math.sqrt(variance);
            }
        }
        return normed;
    }
}
