package io.fluxo.experiments.verify.collapse;

import io.fluxo.experiments.verify.measure.Blocks;
import io.fluxo.text.Text;

/**
 * One-head attention without mask on tokens that are carried as their mean m and what they differ by from it, R. The differences shrink as their own cube: the
 * sum of both, as a layer holds it, shows them only down to the rounding of m, while R itself goes down to 10⁻³⁰⁰.
 *
 * <p>With A = W_QW_Kᵀ, the scores of token i are mARᵀ/√d, the same for all, plus row i of E = RARᵀ/√d (and what is constant along a row). With
 * q = softmax(mARᵀ/√d), em = e^E − 1 and z = Σ_j q_j em_j, row i of the pattern is q + D_i with D = q(em − z)/(1 + z).
 *
 * @param mean m
 * @param rest R, [tokens width] row-major; its rows sum to 0 up to rounding
 */
record SplitAttention(double[] mean, double[] rest) {

    /** Of {@code x}, [tokens width] row-major. */
    static SplitAttention of(double[] x, int width) {
        double[] mean = Residue.mean(x, width);
        return new SplitAttention(mean, Residue.without(x, mean));
    }

    double residue() {
        return Residue.norm(rest, mean.length);
    }

    /** ‖res(X)‖/‖X‖. */
    double share() {
        double[] whole = new double[rest.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = rest[i] + mean[i % mean.length];
        }
        return residue() / Residue.norm(whole, mean.length);
    }

    /** The tokens after attention with the weights that block {@code layer} of {@code blocks} has. */
    SplitAttention after(Blocks blocks, int layer) {
        int width = mean.length;
        int tokens = rest.length / width;
        String path = Text.format("blocks.%d.attn.W_", layer);
        double[] keys = product(rest, blocks.value(path + "K").toDoubles(), width);
        double[] wq = blocks.value(path + "Q").toDoubles();
        double[] common = product(mean, wq, width);
        double[] own = product(rest, wq, width);
        double scale = 1 / Math.sqrt(width);
        double[] q = softmax(scores(common, keys, width, scale));
        double[] e = scores(own, keys, width, scale);
        double[] added = new double[rest.length];
        for (int i = 0; i < tokens; i++) {
            double z = 0;
            for (int j = 0; j < tokens; j++) {
                z += q[j] * Math.expm1(e[i * tokens + j]);
            }
            for (int j = 0; j < tokens; j++) {
                double more = q[j] * (Math.expm1(e[i * tokens + j]) - z) / (1 + z);
                for (int c = 0; c < width; c++) {
                    added[i * width + c] += more * rest[j * width + c];
                }
            }
        }
        double[] moved = Residue.mean(added, width);
        double[] apart = Residue.without(added, moved);
        for (int c = 0; c < width; c++) {
            moved[c] += mean[c];
            for (int j = 0; j < tokens; j++) {
                moved[c] += q[j] * rest[j * width + c];
            }
        }
        double[] wv = blocks.value(path + "V").toDoubles();
        double[] wo = blocks.value(path + "O").toDoubles();
        return new SplitAttention(product(product(moved, wv, width), wo, width), product(product(apart, wv, width), wo, width));
    }

    /** Rows of {@code a} times rows of {@code b}, times {@code scale}. */
    static double[] scores(double[] a, double[] b, int width, double scale) {
        int rows = a.length / width;
        int columns = b.length / width;
        double[] scores = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int c = 0; c < width; c++) {
                    sum += a[i * width + c] * b[j * width + c];
                }
                scores[i * columns + j] = scale * sum;
            }
        }
        return scores;
    }

    /** {@code a} [rows width] times {@code b} [width width]. */
    static double[] product(double[] a, double[] b, int width) {
        double[] product = new double[a.length];
        for (int i = 0; i < a.length / width; i++) {
            for (int k = 0; k < width; k++) {
                double factor = a[i * width + k];
                for (int c = 0; c < width; c++) {
                    product[i * width + c] += factor * b[k * width + c];
                }
            }
        }
        return product;
    }

    private static double[] softmax(double[] scores) {
        double most = Double.NEGATIVE_INFINITY;
        for (double score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        double[] weights = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            weights[i] = Math.exp(scores[i] - most);
            sum += weights[i];
        }
        for (int i = 0; i < scores.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }
}
