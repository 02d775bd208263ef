package io.fluxo.experiments.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * Theory against measurement, as lines.
 *
 * @param title what is drawn
 * @param x     what the points are at: {@code layer}
 * @param y     what their height is
 * @param logX  whether x is drawn by its logarithm
 * @param logY  whether y is
 */
public record Chart(String title, String x, String y, boolean logX, boolean logY, List<Line> lines) {

    /**
     * @param theory whether it is what the claim says; drawn dashed
     * @param points [x, y] each, or [x, mean, lowest, highest] over seeds
     */
    public record Line(String name, boolean theory, List<double[]> points) {
        public Line {
            points = List.copyOf(points);
        }
    }

    public Chart {
        lines = List.copyOf(lines);
    }

    /** An empty chart with straight axes. */
    public static Chart of(String title, String x, String y) {
        return new Chart(title, x, y, false, false, List.of());
    }

    public Chart withLogX() {
        return new Chart(title, x, y, true, logY, lines);
    }

    public Chart withLogY() {
        return new Chart(title, x, y, logX, true, lines);
    }

    /** What the claim says at each of {@code at}. */
    public Chart theory(String name, double[] at, double[] values) {
        return with(new Line(name, true, points(at, values)));
    }

    /** What was measured at each of {@code at}. */
    public Chart measured(String name, double[] at, double[] values) {
        return with(new Line(name, false, points(at, values)));
    }

    /**
     * What was measured with several seeds.
     *
     * @param bySeed for each seed the values at each of {@code at}
     */
    public Chart measured(String name, double[] at, List<double[]> bySeed) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            int place = i;
            var values = bySeed.stream().mapToDouble(seed -> seed[place]).summaryStatistics();
            points.add(new double[] {at[i], values.getAverage(), values.getMin(), values.getMax()});
        }
        return with(new Line(name, false, points));
    }

    private Chart with(Line line) {
        List<Line> more = new ArrayList<>(lines);
        more.add(line);
        return new Chart(title, x, y, logX, logY, more);
    }

    private static List<double[]> points(double[] at, double[] values) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < at.length; i++) {
            points.add(new double[] {at[i], values[i]});
        }
        return points;
    }
}
