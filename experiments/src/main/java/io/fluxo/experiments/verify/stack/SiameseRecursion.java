package io.fluxo.experiments.verify.stack;

import io.fluxo.experiments.verify.initial.ReluKernel;
import io.fluxo.experiments.verify.initial.XiongModel;
import io.fluxo.experiments.verify.measure.Moments;

/**
 * What SiameseNorm's two streams come to in Xiong's configuration, in layers so wide that their weights are independent of what they read. What a sub-layer returns is then independent of both
 * streams, and joins them divided by √(2l) and as it is; its size and likeness depend on those of x + N(y), to which the products of the streams belong.
 */
final class SiameseRecursion {

    private double s = 1;
    private double c = 0;
    private double sOfY = 1;
    private double cOfY = 0;
    /** Mean product of x and y of one token, over the width; and of two tokens. */
    private double same = 1;
    private double other = 0;

    private SiameseRecursion() {}

    /** Both streams after each block. */
    record Streams(Moments[] x, Moments[] y) {}

    /** After each of {@code layers} blocks. */
    static Streams of(int layers) {
        var recursion = new SiameseRecursion();
        var streams = new Streams(new Moments[layers], new Moments[layers]);
        for (int layer = 1; layer <= layers; layer++) {
            double shrink = 1 / Math.sqrt(2.0 * layer);
            double m = ReluKernel.mean(recursion.fused(), XiongModel.TOKENS);
            recursion.join(m, m, shrink);
            recursion.join(0.5, 0.5 * ReluKernel.kappa(recursion.fused()), shrink);
            streams.x[layer - 1] = new Moments(recursion.s, recursion.c / recursion.s);
            streams.y[layer - 1] = new Moments(recursion.sOfY, recursion.cOfY / recursion.sOfY);
        }
        return streams;
    }

    /** x ← N(x); then the likeness of N(x + N(y)). */
    private double fused() {
        double size = Math.sqrt(s);
        c /= s;
        s = 1;
        same /= size;
        other /= size;
        double sizeOfY = Math.sqrt(sOfY);
        return (c + cOfY / sOfY + 2 * other / sizeOfY) / (2 + 2 * same / sizeOfY);
    }

    /** x ← x + shrink·u, y ← y + u, u of that size and with that mean product of two tokens. */
    private void join(double size, double product, double shrink) {
        s += shrink * shrink * size;
        c += shrink * shrink * product;
        sOfY += size;
        cOfY += product;
        same += shrink * size;
        other += shrink * product;
    }
}
