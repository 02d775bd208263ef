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

    /**
     * y ← e^(x − reference) over a row, where no x is above {@code reference}; returns the sum. In two passes, since the compiler gives up
     * inlining vector operations in methods that hold many of them.
     */
    static float exponentials(float[] x, int at, int n, float reference, float[] y, int yAt) {
        int i = 0;
        for (; i + L <= n; i += L) {
            VectorMath.weight(load(x, at + i).sub(reference)).intoArray(y, yAt + i);
        }
        if (i < n) {
            VectorMask<Float> rest = within(i, n);
            VectorMath.weight(FloatVector.fromArray(F, x, at + i, rest).sub(reference)).intoArray(y, yAt + i, rest);
        }
        return Lanes.sum(y, yAt, n);
    }

    static void softmax(float[] x, int fromRow, int toRow, int n, float[] y) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float largest = Lanes.largest(x, at, n, 1);
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
            float largest = Lanes.largest(x, at, n, 1);
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
            float largest = Lanes.largest(x, row * n, n, 1);
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
