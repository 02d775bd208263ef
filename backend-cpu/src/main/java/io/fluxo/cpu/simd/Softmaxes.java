package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;
import static io.fluxo.cpu.simd.Lanes.within;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Softmax, log-softmax and cross-entropy over rows. */
final class Softmaxes {

    private Softmaxes() {}

    /** y ← e^(x − reference) over a row, where no x is above {@code reference}; returns the sum. */
    static float exponentials(float[] x, int at, int n, float reference, float[] y, int yAt) {
        return exponentials(x, at, n, 1, reference, y, yAt);
    }

    /** y ← e^(scale·x − reference) over a row, where no scale·x is above {@code reference}; returns the sum. */
    static float exponentials(float[] x, int at, int n, float scale, float reference, float[] y, int yAt) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int i = 0;
        for (; i + Lanes.BLOCK <= n; i += Lanes.BLOCK) {
            a = a.add(exponential(x, at + i, scale, reference, y, yAt + i));
            if (L < 16) {
                b = b.add(exponential(x, at + i + L, scale, reference, y, yAt + i + L));
            }
            if (L < 8) {
                c = c.add(exponential(x, at + i + 2 * L, scale, reference, y, yAt + i + 2 * L));
                d = d.add(exponential(x, at + i + 3 * L, scale, reference, y, yAt + i + 3 * L));
            }
        }
        if (i < n) {
            a = a.add(exponentialTail(x, at, i, n, scale, reference, y, yAt));
            if (L < 16) {
                b = b.add(exponentialTail(x, at, i + L, n, scale, reference, y, yAt));
            }
            if (L < 8) {
                c = c.add(exponentialTail(x, at, i + 2 * L, n, scale, reference, y, yAt));
                d = d.add(exponentialTail(x, at, i + 3 * L, n, scale, reference, y, yAt));
            }
        }
        return Lanes.sum(a, b, c, d);
    }

    private static FloatVector exponential(float[] x, int at, float scale, float reference, float[] y, int yAt) {
        FloatVector e = VectorMath.weight(load(x, at).fma(FloatVector.broadcast(F, scale), FloatVector.broadcast(F, -reference)));
        e.intoArray(y, yAt);
        return e;
    }

    private static FloatVector exponentialTail(float[] x, int at, int i, int n, float scale, float reference, float[] y, int yAt) {
        if (i >= n) {
            return FloatVector.zero(F);
        }
        VectorMask<Float> rest = within(i, n);
        FloatVector shifted = FloatVector.fromArray(F, x, at + i, rest).fma(FloatVector.broadcast(F, scale), FloatVector.broadcast(F, -reference));
        FloatVector e = FloatVector.zero(F).blend(VectorMath.weight(shifted), rest);
        e.intoArray(y, yAt + i, rest);
        return e;
    }

    static void softmax(float[] x, int fromRow, int toRow, int n, float[] y) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float largest = Lanes.max(x, at, n);
            float total = exponentials(x, at, n, largest == Float.NEGATIVE_INFINITY ? 0 : largest, y, at);
            scaleRow(y, at, n, total == 0 ? 0 : 1 / total);
        }
    }

    /** dx = y·(g − Σ g·y). */
    static void softmaxBackward(float[] y, float[] g, int fromRow, int toRow, int n, float[] dx) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float mean = Lanes.dot(y, at, g, at, n);
            int i = 0;
            for (; i + L <= n; i += L) {
                load(g, at + i).sub(mean).mul(load(y, at + i)).intoArray(dx, at + i);
            }
            for (; i < n; i++) {
                dx[at + i] = (g[at + i] - mean) * y[at + i];
            }
        }
    }

    /** ln of one number, by the vectors' polynomial. */
    static float log(float x) {
        return VectorMath.log(FloatVector.broadcast(F, x)).lane(0);
    }

    static void logSoftmax(float[] x, int fromRow, int toRow, int n, float[] y, float[] room) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float largest = Lanes.max(x, at, n);
            float logTotal = log(exponentials(x, at, n, largest, room, 0));
            int i = 0;
            for (; i + L <= n; i += L) {
                load(x, at + i).sub(largest).sub(logTotal).intoArray(y, at + i);
            }
            for (; i < n; i++) {
                y[at + i] = x[at + i] - largest - logTotal;
            }
        }
    }

    /** dx = g − e^y·Σ g. */
    static void logSoftmaxBackward(float[] y, float[] g, int fromRow, int toRow, int n, float[] dx, float[] room) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float total = Lanes.sum(g, at, n);
            exponentials(y, at, n, 0, room, 0);
            int i = 0;
            for (; i + L <= n; i += L) {
                load(g, at + i).sub(load(room, i).mul(total)).intoArray(dx, at + i);
            }
            for (; i < n; i++) {
                dx[at + i] = g[at + i] - room[i] * total;
            }
        }
    }

    /** loss = ln Σ e^x − x[target], the probabilities never kept; {@code logTotals} receives ln Σ e^x. */
    static void crossEntropy(float[] x, int[] targets, int fromRow, int toRow, int n, float[] loss, float[] logTotals, float[] room) {
        for (int row = fromRow; row < toRow; row++) {
            int target = targets[row];
            if (target < 0 || target >= n) {
                throw new IndexOutOfBoundsException("crossEntropy: target %d of row %d is not one of %d classes".formatted(target, row, n));
            }
            float largest = Lanes.max(x, row * n, n);
            float logTotal = log(exponentials(x, row * n, n, largest, room, 0));
            // in this order nothing cancels where the logits are large
            loss[row] = logTotal + (largest - x[row * n + target]);
            logTotals[row] = largest + logTotal;
        }
    }

    /** dx = g·(e^(x − ln Σ e^x) − [target]). */
    static void crossEntropyBackward(float[] x, int[] targets, float[] g, float[] logTotals, int fromRow, int toRow, int n, float[] dx) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            exponentials(x, at, n, logTotals[row], dx, at);
            dx[at + targets[row]] -= 1;
            scaleRow(dx, at, n, g[row]);
        }
    }

    static void scaleRow(float[] y, int at, int n, float factor) {
        int i = 0;
        for (; i + L <= n; i += L) {
            load(y, at + i).mul(factor).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] *= factor;
        }
    }
}
