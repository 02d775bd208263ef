package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;

import jdk.incubator.vector.FloatVector;

/**
 * LayerNorm and RMSNorm over rows. With x̂ the normalised row, r = 1/√(σ² + ε) and u = g·gain:
 * ∂x = r·(u − mean(u) − x̂·mean(u·x̂)), ∂gain = Σ g·x̂, ∂bias = Σ g; RMSNorm is the same without the means of x and u.
 */
final class Norms {

    private Norms() {}

    /**
     * @param gain  or null
     * @param bias  or null
     * @param means receives each row's mean; null for RMSNorm
     * @param rstds receives each row's r
     */
    static void forward(float[] x, int fromRow, int toRow, int d, double eps, float[] gain, float[] bias, float[] y, float[] means, float[] rstds) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * d;
            float mean = means == null ? 0 : Lanes.sum(x, at, d) / d;
            float variance = Lanes.squares(x, at, d, mean) / d;
            float rstd = (float) (1 / Math.sqrt(variance + eps));
            if (means != null) {
                means[row] = mean;
            }
            rstds[row] = rstd;
            normalize(x, at, d, mean, rstd, gain, bias, y);
        }
    }

    private static void normalize(float[] x, int at, int d, float mean, float rstd, float[] gain, float[] bias, float[] y) {
        int i = 0;
        for (; i + L <= d; i += L) {
            FloatVector v = load(x, at + i).sub(mean).mul(rstd);
            if (gain != null) {
                v = v.mul(load(gain, i));
            }
            if (bias != null) {
                v = v.add(load(bias, i));
            }
            v.intoArray(y, at + i);
        }
        for (; i < d; i++) {
            float v = (x[at + i] - mean) * rstd;
            v = gain == null ? v : v * gain[i];
            y[at + i] = bias == null ? v : v + bias[i];
        }
    }

    /**
     * ∂x of some rows.
     *
     * @param gain or null
     * @param room 2d floats from {@code at} on
     */
    static void backward(float[] x, float[] g, int fromRow, int toRow, int d, float[] gain, float[] means, float[] rstds, float[] dx, float[] room,
                         int u) {
        int xHat = u + Lanes.padded(d);
        for (int row = fromRow; row < toRow; row++) {
            int at = row * d;
            float rstd = rstds[row];
            prepare(x, g, at, d, means == null ? 0 : means[row], rstd, gain, room, u, xHat);
            float meanU = means == null ? 0 : Lanes.sum(room, u, d) / d;
            float meanUx = Lanes.dot(room, u, room, xHat, d) / d;
            int i = 0;
            for (; i + L <= d; i += L) {
                load(room, u + i).sub(meanU).sub(load(room, xHat + i).mul(meanUx)).mul(rstd).intoArray(dx, at + i);
            }
            for (; i < d; i++) {
                dx[at + i] = (room[u + i] - meanU - room[xHat + i] * meanUx) * rstd;
            }
        }
    }

    /** u = g·gain and x̂ of one row. */
    private static void prepare(float[] x, float[] g, int at, int d, float mean, float rstd, float[] gain, float[] room, int u, int xHat) {
        int i = 0;
        for (; i + L <= d; i += L) {
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
     * ∂gain = Σ g·x̂ and ∂bias = Σ g of some columns, row after row.
     *
     * @param means null for RMSNorm
     * @param dBias or null
     */
    static void parameterGradients(float[] x, float[] g, int rows, int d, float[] means, float[] rstds, float[] dGain, float[] dBias, int from, int to) {
        int i = from;
        for (; i + L <= to; i += L) {
            FloatVector gain = FloatVector.zero(F);
            FloatVector bias = FloatVector.zero(F);
            for (int row = 0; row < rows; row++) {
                FloatVector gradient = load(g, row * d + i);
                gain = gradient.fma(load(x, row * d + i).sub(means == null ? 0 : means[row]).mul(rstds[row]), gain);
                bias = bias.add(gradient);
            }
            gain.intoArray(dGain, i);
            if (dBias != null) {
                bias.intoArray(dBias, i);
            }
        }
        for (; i < to; i++) {
            float gain = 0;
            float bias = 0;
            for (int row = 0; row < rows; row++) {
                gain = Math.fma(g[row * d + i], (x[row * d + i] - (means == null ? 0 : means[row])) * rstds[row], gain);
                bias += g[row * d + i];
            }
            dGain[i] = gain;
            if (dBias != null) {
                dBias[i] = bias;
            }
        }
    }
}
