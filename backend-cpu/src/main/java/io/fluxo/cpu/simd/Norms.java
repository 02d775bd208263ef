package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;

import java.util.Arrays;
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
    static void forward(float[] x, int rows, int d, double eps, float[] gain, float[] bias, float[] y, float[] means, float[] rstds) {
        for (int row = 0; row < rows; row++) {
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
     * @param dGain receives ∂gain; null where there is none
     * @param dBias receives ∂bias; null where there is none
     * @param u     room for a row
     * @param xHat  room for a row
     */
    static void backward(float[] x, float[] g, int rows, int d, float[] gain, float[] means, float[] rstds, float[] dx, float[] dGain, float[] dBias,
                         float[] u, float[] xHat) {
        if (dGain != null) {
            Arrays.fill(dGain, 0);
        }
        if (dBias != null) {
            Arrays.fill(dBias, 0);
        }
        for (int row = 0; row < rows; row++) {
            int at = row * d;
            float rstd = rstds[row];
            normalize(x, at, d, means == null ? 0 : means[row], rstd, xHat);
            if (dGain != null) {
                addProduct(dGain, g, at, xHat, d);
            }
            if (dBias != null) {
                Reductions.addRow(dBias, 0, g, at, d);
            }
            times(g, at, gain, u, d);
            float meanU = means == null ? 0 : Lanes.sum(u, 0, d) / d;
            float meanUx = Lanes.dot(u, 0, xHat, 0, d) / d;
            int i = 0;
            for (; i + L <= d; i += L) {
                load(u, i).sub(meanU).sub(load(xHat, i).mul(meanUx)).mul(rstd).intoArray(dx, at + i);
            }
            for (; i < d; i++) {
                dx[at + i] = (u[i] - meanU - xHat[i] * meanUx) * rstd;
            }
        }
    }

    private static void normalize(float[] x, int at, int d, float mean, float rstd, float[] xHat) {
        int i = 0;
        for (; i + L <= d; i += L) {
            load(x, at + i).sub(mean).mul(rstd).intoArray(xHat, i);
        }
        for (; i < d; i++) {
            xHat[i] = (x[at + i] - mean) * rstd;
        }
    }

    /** u = g · gain, or g where there is no gain. */
    private static void times(float[] g, int at, float[] gain, float[] u, int d) {
        if (gain == null) {
            System.arraycopy(g, at, u, 0, d);
            return;
        }
        int i = 0;
        for (; i + L <= d; i += L) {
            load(g, at + i).mul(load(gain, i)).intoArray(u, i);
        }
        for (; i < d; i++) {
            u[i] = g[at + i] * gain[i];
        }
    }

    /** sum[i] += g[at + i] · x[i]. */
    private static void addProduct(float[] sum, float[] g, int at, float[] x, int d) {
        int i = 0;
        for (; i + L <= d; i += L) {
            FloatVector.fromArray(F, g, at + i).fma(load(x, i), load(sum, i)).intoArray(sum, i);
        }
        for (; i < d; i++) {
            sum[i] = Math.fma(g[at + i], x[i], sum[i]);
        }
    }
}
