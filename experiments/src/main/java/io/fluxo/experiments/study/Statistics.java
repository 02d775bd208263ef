package io.fluxo.experiments.study;

import java.util.List;

/** Summed in the order given, so that the same results give the same bits. */
final class Statistics {

    private Statistics() {}

    /** NaN of nothing. */
    static double mean(List<Double> values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.size();
    }

    /** Sample standard deviation, over n − 1; NaN of fewer than two. */
    static double deviation(List<Double> values) {
        if (values.size() < 2) {
            return Double.NaN;
        }
        double mean = mean(values);
        double sum = 0;
        for (double value : values) {
            sum += (value - mean) * (value - mean);
        }
        return StrictMath.sqrt(sum / (values.size() - 1));
    }
}
