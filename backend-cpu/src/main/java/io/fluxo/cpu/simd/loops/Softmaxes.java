package io.fluxo.cpu.simd.loops;

import static io.fluxo.cpu.simd.vector.Lanes.BLOCK;
import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;
import static io.fluxo.cpu.simd.vector.Lanes.within;

import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.vector.VectorMath;
import io.fluxo.text.Text;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Softmax, log-softmax and cross-entropy over rows. */
public final class Softmaxes {

    private Softmaxes() {}

    /**
     * y ← e^(x − reference) over a row, where no x is above {@code reference}. x and y are different arrays. The row's last vector reaches back
     * over what is done already: with one exponential in the method the compiler inlines it whole, with a second one for the rest it sometimes
     * gives up, and calls with vectors for arguments cost ten times as much.
     */
    static void exponentials(float[] x, int at, int n, float reference, float[] y, int yAt) {
        if (n < L) {
            fewExponentials(x, at, n, reference, y, yAt);
        } else {
            for (int i = 0; i < n; i += L) {
                int j = Math.min(i, n - L);
                VectorMath.weight(load(x, at + j).sub(reference)).intoArray(y, yAt + j);
            }
        }
    }

    /** {@link #exponentials}, and their sum. */
    private static float summedExponentials(float[] x, int at, int n, float reference, float[] y, int yAt) {
        if (L == BLOCK && n % BLOCK == 0) {
            return wholeBlocks(x, at, n, reference, y, yAt);
        }
        exponentials(x, at, n, reference, y, yAt);
        return Lanes.sum(y, yAt, n);
    }

    /** The same into the beginning of working memory, which has whole blocks: zeros at the end spare the sum a mask, which costs an object. */
    private static float sumOfExponentials(float[] x, int at, int n, float reference, float[] room) {
        if (L == BLOCK && n % BLOCK == 0) {
            return wholeBlocks(x, at, n, reference, room, 0);
        }
        exponentials(x, at, n, reference, room, 0);
        Arrays.fill(room, n, Lanes.padded(n), 0);
        return Lanes.sum(room, 0, Lanes.padded(n));
    }

    /** Where a block is one vector, its sum grows beside it: the additions' latency is then hidden. The same numbers in the same order. */
    private static float wholeBlocks(float[] x, int at, int n, float reference, float[] y, int yAt) {
        FloatVector sum = FloatVector.zero(F);
        for (int i = 0; i < n; i += L) {
            FloatVector weight = VectorMath.weight(load(x, at + i).sub(reference));
            weight.intoArray(y, yAt + i);
            sum = sum.add(weight);
        }
        return Lanes.sum(sum, sum, sum, sum);
    }

    private static void fewExponentials(float[] x, int at, int n, float reference, float[] y, int yAt) {
        VectorMask<Float> few = within(0, n);
        VectorMath.weight(FloatVector.fromArray(F, x, at, few).sub(reference)).intoArray(y, yAt, few);
    }

    public static void softmax(float[] x, int fromRow, int toRow, int n, float[] y) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float largest = Lanes.largest(x, at, n, 1);
            float total = summedExponentials(x, at, n, largest == Float.NEGATIVE_INFINITY ? 0 : largest, y, at);
            scaleRow(y, at, n, total == 0 ? 0 : 1 / total);
        }
    }

    /** dx = y·(g − Σ g·y). */
    public static void softmaxBackward(float[] y, float[] g, int fromRow, int toRow, int n, float[] dx) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float mean = Lanes.dot(y, at, g, at, n);
            int i = 0;
            for (int end = F.loopBound(n); i < end; i += L) {
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

    public static void logSoftmax(float[] x, int fromRow, int toRow, int n, float[] y, float[] room) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float largest = Lanes.largest(x, at, n, 1);
            float logTotal = log(sumOfExponentials(x, at, n, largest, room));
            int i = 0;
            for (int end = F.loopBound(n); i < end; i += L) {
                load(x, at + i).sub(largest).sub(logTotal).intoArray(y, at + i);
            }
            for (; i < n; i++) {
                y[at + i] = x[at + i] - largest - logTotal;
            }
        }
    }

    /** dx = g − e^y·Σ g. */
    public static void logSoftmaxBackward(float[] y, float[] g, int fromRow, int toRow, int n, float[] dx, float[] room) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            float total = Lanes.sum(g, at, n);
            exponentials(y, at, n, 0, room, 0);
            int i = 0;
            for (int end = F.loopBound(n); i < end; i += L) {
                load(g, at + i).sub(load(room, i).mul(total)).intoArray(dx, at + i);
            }
            for (; i < n; i++) {
                dx[at + i] = g[at + i] - room[i] * total;
            }
        }
    }

    // Cross-entropy is three methods, each called by itself: where vectors have 8 lanes, all of it together is more than the compiler inlines, and what it leaves out makes an object of
    // every vector.

    /** The largest x of each row. */
    public static void tops(float[] x, int fromRow, int toRow, int n, float[] tops) {
        for (int row = fromRow; row < toRow; row++) {
            tops[row] = Lanes.largest(x, row * n, n, 1);
        }
    }

    /** Σ e^(x − top) of each row, the exponentials never kept, and 1/Σ. */
    public static void sumsOfExponentials(float[] x, int fromRow, int toRow, int n, float[] tops, float[] sums, float[] shares, float[] room) {
        for (int row = fromRow; row < toRow; row++) {
            sums[row] = sumOfExponentials(x, row * n, n, tops[row], room);
            shares[row] = 1 / sums[row];
        }
    }

    /** loss = ln Σ e^x − x[target], in the place of Σ e^(x − top). */
    public static void crossEntropy(float[] x, int[] targets, int fromRow, int toRow, int n, float[] tops, float[] loss) {
        int i = fromRow;
        for (int end = fromRow + F.loopBound(toRow - fromRow); i < end; i += L) {
            VectorMath.log(load(loss, i)).intoArray(loss, i);
        }
        for (; i < toRow; i++) {
            loss[i] = log(loss[i]);
        }
        for (int row = fromRow; row < toRow; row++) {
            int target = targets[row];
            if (target < 0 || target >= n) {
                throw new IndexOutOfBoundsException(Text.format("crossEntropy: target %d of row %d is not one of %d classes", target, row, n));
            }
            loss[row] += tops[row] - x[row * n + target];                                // in this order nothing cancels where the logits are large
        }
    }

    /** dx = g·(e^(x − top)·share − [target]). The sum top + ln Σ would lose the digits of e^(x − …) where the logits are large. */
    public static void crossEntropyBackward(float[] x, int[] targets, float[] g, float[] tops, float[] shares, int fromRow, int toRow, int n, float[] dx) {
        for (int row = fromRow; row < toRow; row++) {
            int at = row * n;
            exponentials(x, at, n, tops[row], dx, at);
            scaleRow(dx, at, n, shares[row] * g[row]);
            dx[at + targets[row]] -= g[row];
        }
    }

    public static void scaleRow(float[] y, int at, int n, float factor) {
        int i = 0;
        for (int end = F.loopBound(n); i < end; i += L) {
            load(y, at + i).mul(factor).intoArray(y, at + i);
        }
        for (; i < n; i++) {
            y[at + i] *= factor;
        }
    }
}
