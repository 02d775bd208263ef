package io.fluxo.experiments.cli;

import java.util.Arrays;

/** A trial's losses so far, in few numbers however many steps there are: means of equally many steps each, twice as many whenever the room is used up. */
final class LossTrace {

    static final int ROOM = 128;

    private final double[] means = new double[ROOM];
    private int full;
    private int each = 1;
    private double sum;
    private int summed;

    /** A loss that is not finite is left out: it has no height. */
    void add(double loss) {
        if (!Double.isFinite(loss)) {
            return;
        }
        sum += loss;
        if (++summed < each) {
            return;
        }
        means[full++] = sum / each;
        sum = 0;
        summed = 0;
        if (full == ROOM) {
            for (int i = 0; i < ROOM / 2; i++) {
                means[i] = (means[2 * i] + means[2 * i + 1]) / 2;
            }
            full = ROOM / 2;
            each *= 2;
        }
    }

    /** {@code width} characters of {@code heights}, which rise from the first to the last; fewer as long as there are fewer steps. */
    String line(int width, String heights) {
        double[] known = Arrays.copyOf(means, full);
        double low = Arrays.stream(known).min().orElse(0);
        double high = Arrays.stream(known).max().orElse(0);
        int columns = Math.min(width, full);
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < columns; column++) {
            int from = column * full / columns;
            int to = (column + 1) * full / columns;
            double mean = Arrays.stream(known, from, to).average().orElseThrow();
            int height = high > low ? (int) Math.round((mean - low) / (high - low) * (heights.length() - 1)) : 0;
            line.append(heights.charAt(height));
        }
        return line.toString();
    }
}
