package io.fluxo.experiments.verify.initial;

import io.fluxo.experiments.verify.measure.Moments;
import java.util.function.DoubleUnaryOperator;

/**
 * Size and likeness of pre-norm's tokens where the norm squashes each number by itself, f(αx). Numbers are normal with variance s and, between two tokens, covariance c; what the norm makes of them
 * has the mean product q(c), and q(s) within one token. Attention returns the tokens' mean: s and c grow by (q(s) + (n − 1)q(c))/n. The ReLU network halves: s += q(s)/2, c += q(s)κ(q(c)/q(s))/2.
 */
final class SquashedRecursion {

    /** E f(αa)f(αb) for normal a and b of variance {@code s} and covariance {@code c}. */
    @FunctionalInterface
    interface Product {
        double of(double s, double c);
    }

    private SquashedRecursion() {}

    /** For f = erf, in closed form (Williams 1997). */
    static Product erf(double alpha) {
        return (s, c) -> 2 / Math.PI * Math.asin(2 * alpha * alpha * c / (1 + 2 * alpha * alpha * s));
    }

    /** For f = tanh, by a sum over a grid: a = √c·t + √(s − c)·u with independent unit normals t and u. */
    static Product tanh(double alpha) {
        return (s, c) -> {
            double common = Math.sqrt(Math.max(c, 0));
            double own = Math.sqrt(Math.max(s - c, 0));
            return expected(t -> square(expected(u -> Math.tanh(alpha * (common * t + own * u)))));
        };
    }

    private static double square(double x) {
        return x * x;
    }

    /** E f(t) over a unit normal, by the trapezoidal rule, which is exact to many digits for such integrands. */
    private static double expected(DoubleUnaryOperator f) {
        double sum = 0;
        double weights = 0;
        for (double t = -8; t <= 8; t += 0.125) {
            double weight = Math.exp(-t * t / 2);
            sum += weight * f.applyAsDouble(t);
            weights += weight;
        }
        return sum / weights;
    }

    /** After each of {@code layers} blocks. */
    static Moments[] of(Product q, int layers) {
        Moments[] theory = new Moments[layers];
        double s = 1;
        double c = 0;
        for (int layer = 0; layer < layers; layer++) {
            double mean = (q.of(s, s) + (XiongModel.TOKENS - 1) * q.of(s, c)) / XiongModel.TOKENS;
            s += mean;
            c += mean;
            double size = q.of(s, s);
            double kappa = ReluKernel.kappa(q.of(s, c) / size);
            s += size / 2;
            c += size / 2 * kappa;
            theory[layer] = new Moments(s, c / s);
        }
        return theory;
    }
}
