package io.fluxo.cpu.simd.loops;

import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.random.RandomKey;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Random numbers, and dropout by them. Draw n depends only on the key and n, so a backward pass draws again instead of keeping a mask. */
public final class Draws {

    /** Roughly the time of one draw, in nanoseconds. */
    public static final double NANOS = 1;

    private Draws() {}

    /** Uniform on [0, 1), multiples of 2⁻²⁴. */
    public static void uniform(long[] key, float[] y, int from, int to) {
        RandomKey stream = new RandomKey(key[0]);
        long counter = key[1];
        for (int i = from; i < to; i++) {
            y[i] = (int) (stream.bits(counter + i) >>> 40) * 0x1p-24f;
        }
    }

    /** 0 where the draw is below {@code rate}, else x·scale, over a range of whole blocks. */
    public static void drop(long[] key, float[] x, float rate, float scale, float[] y, int from, int to) {
        uniform(key, y, from, to);
        for (int i = from; i < to; i += L) {
            FloatVector kept = load(x, i).mul(scale);
            kept.blend(0f, load(y, i).compare(VectorOperators.LT, rate)).intoArray(y, i);
        }
    }
}
