package io.fluxo.cpu.simd.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of the machine's width, and reductions whose result does not depend on it. A row is summed by 16 logical accumulators (one vector
 * of 512 bits, two of 256, four of 128), which are then folded in a written order: 8 apart, 4 apart, 2 apart, neighbours. The hardware's own
 * floating reductions add in an order of their own, which differs between interpreted and compiled code.
 *
 * <p>Loops over whole vectors compare their index with a bound made beforehand. With {@code i + L <= n} the compiler does not see a counted loop:
 * checks and spills stay in every turn, and half the speed is lost.
 */
public final class Lanes {

    /** Logical accumulators of a reduction. */
    public static final int BLOCK = 16;

    public static final VectorSpecies<Float> F = widest();
    public static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

    /** Floats in a vector: 4, 8 or 16. */
    public static final int L = F.length();


    private static final VectorShuffle<Float> EIGHT = rotation(8);
    private static final VectorShuffle<Float> FOUR = rotation(4);
    private static final VectorShuffle<Float> TWO = rotation(2);
    private static final VectorShuffle<Float> ONE = rotation(1);

    private Lanes() {}

    private static VectorSpecies<Float> widest() {
        VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
        return preferred.length() > BLOCK ? FloatVector.SPECIES_512 : preferred.length() < 4 ? FloatVector.SPECIES_128 : preferred;
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(F, lane -> (lane + by) % L);
    }

    /** Elements rounded up to whole blocks: how long arrays are, so that elementwise kernels need no tail. */
    public static int padded(int elements) {
        return (elements + BLOCK - 1) & -BLOCK;
    }

    public static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(F, array, at);
    }

    /** The lanes of the vector that begins at {@code i} of a row of {@code n}. */
    public static VectorMask<Float> within(int i, int n) {
        return F.indexInRange(i, n);
    }

    /** Sum of the 16 logical accumulators; with wider vectors the later arguments are not used. */
    public static float sum(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        FloatVector v = a;
        if (L == 16) {
            v = v.add(v.rearrange(EIGHT));
        } else if (L == 8) {
            v = v.add(b);
        } else {
            v = v.add(c).add(b.add(d));
        }
        if (L >= 8) {
            v = v.add(v.rearrange(FOUR));
        }
        v = v.add(v.rearrange(TWO));
        return v.add(v.rearrange(ONE)).lane(0);
    }

    /** The largest of one vector's lanes; NaN where one is NaN. */
    public static float max(FloatVector a) {
        FloatVector v = a;
        if (L == 16) {
            v = v.max(v.rearrange(EIGHT));
        }
        if (L >= 8) {
            v = v.max(v.rearrange(FOUR));
        }
        v = v.max(v.rearrange(TWO));
        return v.max(v.rearrange(ONE)).lane(0);
    }

    /** 2ⁿ for n in −126 … 127, by its bits. */
    public static FloatVector powerOfTwo(IntVector n) {
        return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
    }

    /** Σ x over a row. */
    public static float sum(float[] x, int at, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int i = 0;
        for (int end = n & -BLOCK; i < end; i += BLOCK) {
            a = a.add(load(x, at + i));
            if (L < 16) {
                b = b.add(load(x, at + i + L));
            }
            if (L < 8) {
                c = c.add(load(x, at + i + 2 * L));
                d = d.add(load(x, at + i + 3 * L));
            }
        }
        if (i < n) {
            a = a.add(tail(x, at, i, n));
            if (L < 16) {
                b = b.add(tail(x, at, i + L, n));
            }
            if (L < 8) {
                c = c.add(tail(x, at, i + 2 * L, n));
                d = d.add(tail(x, at, i + 3 * L, n));
            }
        }
        return sum(a, b, c, d);
    }

    /** Σ x·y over two rows. */
    public static float dot(float[] x, int xAt, float[] y, int yAt, int n) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        int i = 0;
        for (int end = n & -BLOCK; i < end; i += BLOCK) {
            a = load(x, xAt + i).fma(load(y, yAt + i), a);
            if (L < 16) {
                b = load(x, xAt + i + L).fma(load(y, yAt + i + L), b);
            }
            if (L < 8) {
                c = load(x, xAt + i + 2 * L).fma(load(y, yAt + i + 2 * L), c);
                d = load(x, xAt + i + 3 * L).fma(load(y, yAt + i + 3 * L), d);
            }
        }
        if (i < n) {
            a = tail(x, xAt, i, n).fma(tail(y, yAt, i, n), a);
            if (L < 16) {
                b = tail(x, xAt, i + L, n).fma(tail(y, yAt, i + L, n), b);
            }
            if (L < 8) {
                c = tail(x, xAt, i + 2 * L, n).fma(tail(y, yAt, i + 2 * L, n), c);
                d = tail(x, xAt, i + 3 * L, n).fma(tail(y, yAt, i + 3 * L, n), d);
            }
        }
        return sum(a, b, c, d);
    }

    /** Σ (x − centre)² over a row. */
    public static float squares(float[] x, int at, int n, float centre) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        FloatVector c = FloatVector.zero(F);
        FloatVector d = FloatVector.zero(F);
        FloatVector v;
        int i = 0;
        for (int end = n & -BLOCK; i < end; i += BLOCK) {
            v = load(x, at + i).sub(centre);
            a = v.fma(v, a);
            if (L < 16) {
                v = load(x, at + i + L).sub(centre);
                b = v.fma(v, b);
            }
            if (L < 8) {
                v = load(x, at + i + 2 * L).sub(centre);
                c = v.fma(v, c);
                v = load(x, at + i + 3 * L).sub(centre);
                d = v.fma(v, d);
            }
        }
        if (i < n) {
            v = centred(x, at, i, n, centre);
            a = v.fma(v, a);
            if (L < 16) {
                v = centred(x, at, i + L, n, centre);
                b = v.fma(v, b);
            }
            if (L < 8) {
                v = centred(x, at, i + 2 * L, n, centre);
                c = v.fma(v, c);
                v = centred(x, at, i + 3 * L, n, centre);
                d = v.fma(v, d);
            }
        }
        return sum(a, b, c, d);
    }

    /** The largest of a row; −∞ where it is empty, NaN where it holds one. */
    public static float max(float[] x, int at, int n) {
        FloatVector a = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (int end = F.loopBound(n); i < end; i += L) {
            a = a.max(load(x, at + i));
        }
        if (i < n) {
            VectorMask<Float> rest = within(i, n);
            a = a.max(FloatVector.broadcast(F, Float.NEGATIVE_INFINITY).blend(FloatVector.fromArray(F, x, at + i, rest), rest));
        }
        return max(a);
    }

    /**
     * The largest factor·x of a row, whatever the sign of a zero; −∞ where it is empty. NaN is passed over: a comparison costs a third of
     * {@code max}, which minds both.
     */
    public static float largest(float[] x, int at, int n, float factor) {
        FloatVector a = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (int end = F.loopBound(n); i < end; i += L) {
            FloatVector v = load(x, at + i).mul(factor);
            a = a.blend(v, v.compare(VectorOperators.GT, a));
        }
        if (i < n) {
            FloatVector v = FloatVector.fromArray(F, x, at + i, within(i, n)).mul(factor);
            a = a.blend(v, v.compare(VectorOperators.GT, a).and(within(i, n)));
        }
        return max(a);
    }

    /** The vector that begins at {@code i} of a row of {@code n}, zero beyond its end. */
    static FloatVector tail(float[] x, int at, int i, int n) {
        return i >= n ? FloatVector.zero(F) : FloatVector.fromArray(F, x, at + i, within(i, n));
    }

    public static FloatVector centred(float[] x, int at, int i, int n, float centre) {
        return i >= n ? FloatVector.zero(F) : FloatVector.fromArray(F, x, at + i, within(i, n)).sub(FloatVector.broadcast(F, centre), within(i, n));
    }
}
