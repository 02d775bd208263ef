package io.fluxo.experiments.verify.gradient;

import io.fluxo.experiments.verify.initial.ReluKernel;

/**
 * How the change of the stream grows in Xiong's configuration when every weight changes by the share δ of itself, in wide layers; changes are counted in δ². A network adds 1, of its two matrices ½ each,
 * and what has changed before passes through it with half its size, divided by that of the stream. Attention returns the mean of what has changed, and adds the size of what it returns.
 */
final class AmplificationLaw {

    private final int tokens;
    private final boolean post;
    /** Size and mean product of two tokens: of the stream, and of its change. */
    private double s = 1;
    private double c = 0;
    private double change = 0;
    private double common = 0;

    private AmplificationLaw(boolean post, int tokens) {
        this.post = post;
        this.tokens = tokens;
    }

    /**
     * The change of the normalised output at each of {@code depths}, which ascend.
     *
     * @param post  post-norm; else pre-norm
     * @param whole blocks of uniform attention and network; else of networks alone
     */
    static double[] of(boolean post, boolean whole, int tokens, double[] depths) {
        var law = new AmplificationLaw(post, tokens);
        double[] changes = new double[depths.length];
        int block = 0;
        for (int i = 0; i < depths.length; i++) {
            for (; block < depths[i]; block++) {
                if (whole) {
                    law.attend();
                }
                law.transform();
            }
            changes[i] = law.change / law.s;
        }
        return changes;
    }

    private void attend() {
        double mean = ReluKernel.mean(c / s, tokens);
        double changed = (change + (tokens - 1) * common) / tokens / s + mean;
        join(mean, mean, changed, changed);
    }

    private void transform() {
        double rho = c / s;
        // how often two tokens are both let through
        double both = (Math.PI - Math.acos(Math.clamp(rho, -1, 1))) / (2 * Math.PI);
        double kappa = ReluKernel.kappa(rho);
        join(0.5, 0.5 * kappa, 0.5 * change / s + 1, both * common / s + 0.5 * kappa + both * rho);
    }

    private void join(double size, double product, double changed, double changedProduct) {
        s += size;
        c += product;
        change += changed;
        common += changedProduct;
        if (post) {
            c /= s;
            change /= s;
            common /= s;
            s = 1;
        }
    }
}
