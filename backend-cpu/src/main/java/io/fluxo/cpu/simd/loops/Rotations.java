package io.fluxo.cpu.simd.loops;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Pairs of a row's features turned by an angle each: a·cos − b·sin and b·cos + a·sin. Each operation rounds by itself, so that the bits are those of the
 * composition. With {@code sign} −1 the turn goes back.
 */
public final class Rotations {

    /** Each of the first half of the lanes twice, and each of the second. */
    private static final VectorShuffle<Float> FIRST_TWICE = VectorShuffle.fromOp(F, lane -> lane / 2);
    private static final VectorShuffle<Float> SECOND_TWICE = VectorShuffle.fromOp(F, lane -> (L + lane) / 2);
    private static final VectorShuffle<Float> SWAPPED = VectorShuffle.fromOp(F, lane -> lane ^ 1);

    private static final VectorMask<Float> EVEN = VectorMask.fromLong(F, 0x5555_5555_5555_5555L);

    private Rotations() {}

    /**
     * Features i and i + m of the row of 2m that begins at {@code at}.
     *
     * @param angles where the row's cosines and sines begin
     */
    public static void halves(float[] x, int at, float[] cos, float[] sin, int angles, int m, float sign, float[] y) {
        int i = 0;
        for (int end = F.loopBound(m); i < end; i += L) {
            FloatVector a = load(x, at + i);
            FloatVector b = load(x, at + m + i);
            FloatVector c = load(cos, angles + i);
            FloatVector s = load(sin, angles + i).mul(sign);
            a.mul(c).sub(b.mul(s)).intoArray(y, at + i);
            b.mul(c).add(a.mul(s)).intoArray(y, at + m + i);
        }
        for (; i < m; i++) {
            turn(x, at + i, at + m + i, cos[angles + i], sin[angles + i] * sign, y);
        }
    }

    /** The same of features 2i and 2i + 1. */
    public static void neighbours(float[] x, int at, float[] cos, float[] sin, int angles, int m, float sign, float[] y) {
        FloatVector signs = alternating(sign);
        int i = 0;
        for (int end = F.loopBound(m); i < end; i += L) {
            FloatVector c = load(cos, angles + i);
            FloatVector s = load(sin, angles + i);
            FloatVector first = load(x, at + 2 * i);
            FloatVector second = load(x, at + 2 * i + L);
            turned(first, c.rearrange(FIRST_TWICE), s.rearrange(FIRST_TWICE).mul(signs)).intoArray(y, at + 2 * i);
            turned(second, c.rearrange(SECOND_TWICE), s.rearrange(SECOND_TWICE).mul(signs)).intoArray(y, at + 2 * i + L);
        }
        for (; i < m; i++) {
            turn(x, at + 2 * i, at + 2 * i + 1, cos[angles + i], sin[angles + i] * sign, y);
        }
    }

    /** −{@code sign} and {@code sign} in turn: a·cos + b·(−sin) has the bits of a·cos − b·sin. */
    private static FloatVector alternating(float sign) {
        FloatVector all = FloatVector.broadcast(F, sign);
        return all.blend(all.neg(), EVEN);
    }

    private static FloatVector turned(FloatVector pairs, FloatVector cos, FloatVector sin) {
        return pairs.mul(cos).add(pairs.rearrange(SWAPPED).mul(sin));
    }

    private static void turn(float[] x, int first, int second, float cos, float sin, float[] y) {
        float a = x[first];
        float b = x[second];
        y[first] = a * cos - b * sin;
        y[second] = b * cos + a * sin;
    }
}
