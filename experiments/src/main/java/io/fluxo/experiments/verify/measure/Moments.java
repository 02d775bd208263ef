package io.fluxo.experiments.verify.measure;

import io.fluxo.tensor.HostArray;

/**
 * How large a stream is, and how alike its tokens are.
 *
 * @param s   mean squared norm of a token over the width: E‖x‖²/d
 * @param rho mean product of two different tokens, over s·d: 0 where they are independent, 1 where they are equal
 */
public record Moments(double s, double rho) {

    /** Of one sequence, [1 pos d_model]. */
    public static Moments of(HostArray stream) {
        int tokens = stream.shape().size(1);
        int width = stream.shape().size(2);
        double[] x = stream.toDoubles();
        double squares = 0;
        double mean = 0;
        for (int c = 0; c < width; c++) {
            double sum = 0;
            for (int i = 0; i < tokens; i++) {
                double value = x[i * width + c];
                sum += value;
                squares += value * value;
            }
            mean += sum / tokens * (sum / tokens);
        }
        double s = squares / tokens;
        return new Moments(s / width, (tokens * mean - s) / (tokens - 1) / s);
    }
}
