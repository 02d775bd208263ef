package io.fluxo.experiments.verify.initial;

/**
 * Tokens of length 1 that all have one cosine γ with each other, moved by attention whose scores are cosines: γ̇ = (2/s)·e^γ(1 − γ)(1 + (n − 1)γ)/(e + (n − 1)e^γ), where s is what the placement
 * divides the motion by. Where the stream is not normalised, its length grows by attention's part along the token.
 */
final class ClusterSpeed {

    /** How many steps of the integration make up one block. */
    private static final int STEPS = 10;

    /** What the motion is divided by. */
    @FunctionalInterface
    interface Divisor {
        /**
         * @param t        the time
         * @param size     length of the stream, 1 at first
         * @param attended length of what attention returns
         */
        double at(double t, double size, double attended);
    }

    private ClusterSpeed() {}

    /** γ after each of {@code blocks} blocks, from 0. */
    static double[] cosines(Divisor divisor, int tokens, double step, int blocks) {
        double[] cosines = new double[blocks];
        double h = step / STEPS;
        double gamma = 0;
        double size = 1;
        double t = 0;
        for (int block = 0; block < blocks; block++) {
            for (int i = 0; i < STEPS; i++) {
                double others = (tokens - 1) * Math.exp(gamma);
                double all = Math.E + others;
                double attended = attended(tokens, gamma);
                double s = divisor.at(t, size, attended);
                double along = (Math.E + others * gamma) / all;
                gamma += h * 2 / s * Math.exp(gamma) * (1 - gamma) * (1 + (tokens - 1) * gamma) / all;
                size += h * along * size / s;
                t += h;
            }
            cosines[block] = gamma;
        }
        return cosines;
    }

    /** Length of what attention returns. */
    static double attended(int tokens, double gamma) {
        double all = Math.E + (tokens - 1) * Math.exp(gamma);
        double own = Math.E / all;
        double other = Math.exp(gamma) / all;
        int others = tokens - 1;
        return Math.sqrt(own * own + others * other * other + 2 * own * others * other * gamma + other * other * others * (others - 1) * gamma);
    }
}
