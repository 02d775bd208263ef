package io.fluxo.cpu.simd.loops;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.vector.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * LayerNorm and RMSNorm over rows. With x̂ the normalised row, r = 1/√(σ² + ε) and u = g·gain:
 * ∂x = r·(u − mean(u) − x̂·mean(u·x̂)), ∂gain = Σ g·x̂, ∂bias = Σ g; RMSNorm is the same without the means of x and u.
 *
 * <p>Some rows at a time go through one pass after the other: the end of a sum is a chain of dependent operations, and those of neighbouring
 * rows overlap only where little else lies between them.
 */
public final class Norms {

    /** Floats of the rows that go through a pass together: they stay in the first-level cache. */
    private static final int TOGETHER = 2048;
    /** Rows that are normalised side by side. */
    public static final int SIDE = 4;

    private Norms() {}

    private static int together(int d) {
        return TOGETHER / Math.clamp(d, 1, TOGETHER);
    }

    /**
     * @param gain       or null
     * @param bias       or null
     * @param means      receives each row's mean; null for RMSNorm
     * @param rstds      receives each row's r
     * @param scales     receives each row's √(σ² + ε), of which r is the reciprocal; or null
     * @param normalized receives x̂; or null
     */
    public static void forward(float[] x, int fromRow, int toRow, int d, double eps, float[] gain, float[] bias, float[] y, float[] means, float[] rstds,
                               float[] scales, float[] normalized) {
        int together = (together(d) + SIDE - 1) / SIDE * SIDE;
        for (int from = fromRow; from < toRow; from += together) {
            int to = Math.min(toRow, from + together);
            for (int row = from; means != null && row < to; row++) {
                means[row] = Lanes.sum(x, row * d, d) / d;
            }
            if (L == 16) {
                for (int row = from; row < to; row += 2) {
                    squares(x, row, Math.min(row + 1, to - 1), d, means, rstds);
                }
            } else {
                for (int row = from; row < to; row++) {
                    rstds[row] = Lanes.squares(x, row * d, d, means == null ? 0 : means[row]);
                }
            }
            for (int row = from; row < to; row++) {
                double scale = Math.sqrt(rstds[row] / d + eps);
                rstds[row] = (float) (1 / scale);
                if (scales != null) {
                    scales[row] = (float) scale;
                }
            }
            for (int row = from; row < to; row += SIDE) {
                normalize(x, row, to - 1, d, means, rstds, gain, bias, y);
            }
            for (int row = from; normalized != null && row < to; row++) {
                show(x, row * d, d, means == null ? 0 : means[row], rstds[row], normalized);
            }
        }
    }

    /** {@link Lanes#squares} of two rows side by side: with the widest vectors, one row is a single chain of additions that wait for each other. */
    private static void squares(float[] x, int row, int other, int d, float[] means, float[] sums) {
        float mean = means == null ? 0 : means[row];
        float otherMean = means == null ? 0 : means[other];
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int i = 0;
        for (int end = F.loopBound(d); i < end; i += L) {
            FloatVector v = load(x, row * d + i).sub(mean);
            a = v.fma(v, a);
            v = load(x, other * d + i).sub(otherMean);
            b = v.fma(v, b);
        }
        if (i < d) {
            FloatVector v = Lanes.centred(x, row * d, i, d, mean);
            a = v.fma(v, a);
            v = Lanes.centred(x, other * d, i, d, otherMean);
            b = v.fma(v, b);
        }
        sums[row] = Lanes.sum(a, a, a, a);
        sums[other] = Lanes.sum(b, b, b, b);
    }

    /**
     * Four rows side by side, which share the loads of gain and bias; the last row stands in for those beyond it. Long enough to be compiled by
     * itself: the compiler stops inlining, and boxes vectors, where a method holds too many of their operations.
     */
    private static void normalize(float[] x, int row, int last, int d, float[] means, float[] rstds, float[] gain, float[] bias, float[] y) {
        int row1 = Math.min(row + 1, last);
        int row2 = Math.min(row + 2, last);
        int row3 = Math.min(row + 3, last);
        float mean0 = means == null ? 0 : means[row];
        float mean1 = means == null ? 0 : means[row1];
        float mean2 = means == null ? 0 : means[row2];
        float mean3 = means == null ? 0 : means[row3];
        float rstd0 = rstds[row];
        float rstd1 = rstds[row1];
        float rstd2 = rstds[row2];
        float rstd3 = rstds[row3];
        int i = 0;
        for (int end = F.loopBound(d); i < end; i += L) {
            FloatVector v0 = load(x, row * d + i).sub(mean0).mul(rstd0);
            FloatVector v1 = load(x, row1 * d + i).sub(mean1).mul(rstd1);
            FloatVector v2 = load(x, row2 * d + i).sub(mean2).mul(rstd2);
            FloatVector v3 = load(x, row3 * d + i).sub(mean3).mul(rstd3);
            if (gain != null) {
                FloatVector g = load(gain, i);
                v0 = v0.mul(g);
                v1 = v1.mul(g);
                v2 = v2.mul(g);
                v3 = v3.mul(g);
            }
            if (bias != null) {
                FloatVector b = load(bias, i);
                v0 = v0.add(b);
                v1 = v1.add(b);
                v2 = v2.add(b);
                v3 = v3.add(b);
            }
            v0.intoArray(y, row * d + i);
            v1.intoArray(y, row1 * d + i);
            v2.intoArray(y, row2 * d + i);
            v3.intoArray(y, row3 * d + i);
        }
        for (int r = row; i < d && r <= row3; r++) {
            for (int j = i; j < d; j++) {
                float v = (x[r * d + j] - (means == null ? 0 : means[r])) * rstds[r];
                v = gain == null ? v : v * gain[j];
                y[r * d + j] = bias == null ? v : v + bias[j];
            }
        }
    }

    /** x̂ of one row, as {@link #normalize} computes it on the way. */
    private static void show(float[] x, int at, int d, float mean, float rstd, float[] normalized) {
        int i = at;
        for (int end = at + F.loopBound(d); i < end; i += L) {
            load(x, i).sub(mean).mul(rstd).intoArray(normalized, i);
        }
        for (int end = at + d; i < end; i++) {
            normalized[i] = (x[i] - mean) * rstd;
        }
    }

    /** Floats of working memory that {@link #backward} needs. */
    public static int room(int d) {
        return together(d) * (2 * Lanes.padded(d) + 2);
    }

    /**
     * ∂x of some rows.
     *
     * @param gain or null
     * @param onto whether dx is added to
     * @param room {@link #room} floats
     */
    public static void backward(float[] x, float[] g, int fromRow, int toRow, int d, float[] gain, float[] means, float[] rstds, float[] dx, boolean onto,
                         float[] room) {
        int each = 2 * Lanes.padded(d);
        int meansU = together(d) * each;
        int meansUx = meansU + together(d);
        for (int from = fromRow; from < toRow; from += together(d)) {
            int rows = Math.min(together(d), toRow - from);
            for (int r = 0; r < rows; r++) {
                int row = from + r;
                prepare(x, g, row * d, d, means == null ? 0 : means[row], rstds[row], gain, room, r * each, r * each + each / 2);
            }
            for (int r = 0; r < rows; r++) {
                room[meansU + r] = means == null ? 0 : Lanes.sum(room, r * each, d) / d;
            }
            for (int r = 0; r < rows; r++) {
                room[meansUx + r] = Lanes.dot(room, r * each, room, r * each + each / 2, d) / d;
            }
            for (int r = 0; r < rows; r++) {
                combine(room, r * each, r * each + each / 2, d, room[meansU + r], room[meansUx + r], rstds[from + r], dx, (from + r) * d, onto);
            }
        }
    }

    /** ∂x of one row. */
    private static void combine(float[] room, int u, int xHat, int d, float meanU, float meanUx, float rstd, float[] dx, int at,
                                boolean onto) {
        int i = 0;
        for (int end = F.loopBound(d); i < end; i += L) {
            FloatVector gradient = load(room, u + i).sub(meanU).sub(load(room, xHat + i).mul(meanUx)).mul(rstd);
            if (onto) {
                gradient = gradient.add(load(dx, at + i));
            }
            gradient.intoArray(dx, at + i);
        }
        for (; i < d; i++) {
            float gradient = (room[u + i] - meanU - room[xHat + i] * meanUx) * rstd;
            dx[at + i] = onto ? gradient + dx[at + i] : gradient;
        }
    }

    /** u = g·gain and x̂ of one row. */
    private static void prepare(float[] x, float[] g, int at, int d, float mean, float rstd, float[] gain, float[] room, int u, int xHat) {
        int i = 0;
        for (int end = F.loopBound(d); i < end; i += L) {
            load(x, at + i).sub(mean).mul(rstd).intoArray(room, xHat + i);
            FloatVector gradient = load(g, at + i);
            if (gain != null) {
                gradient = gradient.mul(load(gain, i));
            }
            gradient.intoArray(room, u + i);
        }
        for (; i < d; i++) {
            room[xHat + i] = (x[at + i] - mean) * rstd;
            room[u + i] = gain == null ? g[at + i] : g[at + i] * gain[i];
        }
    }

    /**
     * ∂gain = Σ g·x̂ and ∂bias = Σ g over some rows, one after the other.
     *
     * @param means null for RMSNorm
     * @param dGain receives d floats from {@code at} on
     * @param dBias receives as many, or is null
     */
    public static void parameterGradients(float[] x, float[] g, int fromRow, int toRow, int d, float[] means, float[] rstds, float[] dGain, float[] dBias, int at) {
        int i = 0;
        for (int end = F.loopBound(d); i < end; i += L) {
            FloatVector gain = FloatVector.zero(F);
            FloatVector bias = FloatVector.zero(F);
            for (int row = fromRow; row < toRow; row++) {
                FloatVector gradient = load(g, row * d + i);
                gain = gradient.fma(load(x, row * d + i).sub(means == null ? 0 : means[row]).mul(rstds[row]), gain);
                bias = bias.add(gradient);
            }
            gain.intoArray(dGain, at + i);
            if (dBias != null) {
                bias.intoArray(dBias, at + i);
            }
        }
        for (; i < d; i++) {
            float gain = 0;
            float bias = 0;
            for (int row = fromRow; row < toRow; row++) {
                gain = Math.fma(g[row * d + i], (x[row * d + i] - (means == null ? 0 : means[row])) * rstds[row], gain);
                bias += g[row * d + i];
            }
            dGain[at + i] = gain;
            if (dBias != null) {
                dBias[at + i] = bias;
            }
        }
    }
}
