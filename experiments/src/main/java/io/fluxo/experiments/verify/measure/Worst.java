package io.fluxo.experiments.verify.measure;

import io.fluxo.experiments.verify.Figure;
import io.fluxo.experiments.verify.Figures;
import java.util.LinkedHashMap;
import java.util.Map;

/** The largest deviation of each identity over many cases. */
public final class Worst {

    private final Map<String, Double> worst = new LinkedHashMap<>();

    /** Notes a deviation, which is not negative; one that is not a number stays the worst. */
    public void note(String identity, double deviation) {
        worst.merge(identity, deviation, (a, b) -> Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b));
    }

    /** Notes the largest difference of two arrays of one length. */
    public void note(String identity, double[] a, double[] b) {
        if (a.length != b.length) {
            throw new IllegalArgumentException(identity + ": arrays of different lengths");
        }
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs(a[i] - b[i]);
            largest = Double.isNaN(difference) ? Double.NaN : Math.max(largest, difference);
            if (Double.isNaN(largest)) {
                break;
            }
        }
        note(identity, largest);
    }

    /** A figure for each identity: its largest deviation is at most {@code tolerance}. */
    public Figures figures(double tolerance) {
        Figures figures = new Figures();
        worst.forEach((identity, deviation) -> figures.add(Figure.atMost("largest deviation: " + identity, tolerance, deviation)));
        return figures;
    }
}
