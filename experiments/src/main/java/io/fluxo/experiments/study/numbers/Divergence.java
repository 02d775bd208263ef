package io.fluxo.experiments.study.numbers;

import org.apache.commons.statistics.distribution.HypergeometricDistribution;

/** How often training diverged, with one variant and with another. */
public final class Divergence {

    /** Probabilities that differ by less are the same, computed in another order. */
    private static final double SAME = 1e-9;

    private Divergence() {}

    /**
     * Fisher's exact test, two-sided: the chance, if {@code first + second} of all trials were to diverge whatever their variant, that they fall to the two variants as unevenly
     * as they did (Fisher 1935). It takes trials as independent; where a seed that makes one variant diverge rather makes the other diverge as well, it is too careful, never too bold. A test of
     * pairs alone (McNemar's, exact) would say nothing of fewer than six seeds: five that diverge with one variant alone give it p = 0.0625, and this one 0.008.
     */
    public static double p(int first, int ofFirst, int second, int ofSecond) {
        int all = first + second;
        if (all == 0 || all == ofFirst + ofSecond) {
            return 1;
        }
        HypergeometricDistribution split = HypergeometricDistribution.of(ofFirst + ofSecond, all, ofFirst);
        double seen = split.probability(first);
        double sum = 0;
        for (int k = split.getSupportLowerBound(); k <= split.getSupportUpperBound(); k++) {
            double chance = split.probability(k);
            sum += chance <= seen * (1 + SAME) ? chance : 0;
        }
        return Math.min(1, sum);
    }
}
