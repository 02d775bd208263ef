package io.fluxo.experiments.task;

/** Entropies in nats. StrictMath, because these numbers are part of results. */
final class Entropy {

    private Entropy() {}

    static double of(double[] probabilities) {
        double sum = 0;
        for (double p : probabilities) {
            if (p > 0) {
                sum -= p * StrictMath.log(p);
            }
        }
        return sum;
    }

    static double ofCounts(int[] counts, long total) {
        double[] probabilities = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            probabilities[i] = (double) counts[i] / total;
        }
        return of(probabilities);
    }
}
