package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Copies rows into columns. With vectors of sixteen lanes, sixteen by sixteen in registers: in four rounds, rows 8, 4, 2 and 1 apart exchange
 * the halves, quarters, eighths and single lanes that lie on the wrong side of the diagonal. Otherwise element by element.
 */
final class Transposition {

    private static final int SIDE = 16;

    private static final VectorShuffle<Float> ACROSS_8 = across(8);
    private static final VectorMask<Float> UPPER_8 = upper(8);
    private static final VectorShuffle<Float> ACROSS_4 = across(4);
    private static final VectorMask<Float> UPPER_4 = upper(4);
    private static final VectorShuffle<Float> ACROSS_2 = across(2);
    private static final VectorMask<Float> UPPER_2 = upper(2);
    private static final VectorShuffle<Float> ACROSS_1 = across(1);
    private static final VectorMask<Float> UPPER_1 = upper(1);

    private Transposition() {}

    /** Lanes {@code distance} apart change places. */
    private static VectorShuffle<Float> across(int distance) {
        return VectorShuffle.fromOp(F, lane -> (lane ^ distance) % L);
    }

    /** Lanes that are the upper of two so far apart. */
    private static VectorMask<Float> upper(int distance) {
        boolean[] lanes = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            lanes[lane] = (lane & distance) != 0;
        }
        return VectorMask.fromArray(F, lanes, 0);
    }

    /**
     * y[to + p·toStride + j] = x[at + j·rowStride + p] for p &lt; depth and j &lt; rows, at most sixteen rows. May write sixteen elements for
     * each p, in the order of p: what lies beyond the rows is overwritten with copies of the last row, or with the next p.
     */
    static void copy(float[] x, int at, int rowStride, int rows, int depth, float[] y, int to, int toStride) {
        int p = 0;
        for (; L == SIDE && p + SIDE <= depth; p += SIDE) {
            block(x, at + p, rowStride, rows - 1, y, to + p * toStride, toStride);
        }
        for (int j = 0; j < rows; j++) {
            int source = at + j * rowStride;
            for (int q = p; q < depth; q++) {
                y[to + q * toStride + j] = x[source + q];
            }
        }
    }

    private static void block(float[] x, int at, int rowStride, int last, float[] y, int to, int toStride) {
        FloatVector r0 = load(x, at);
        FloatVector r1 = load(x, at + Math.min(1, last) * rowStride);
        FloatVector r2 = load(x, at + Math.min(2, last) * rowStride);
        FloatVector r3 = load(x, at + Math.min(3, last) * rowStride);
        FloatVector r4 = load(x, at + Math.min(4, last) * rowStride);
        FloatVector r5 = load(x, at + Math.min(5, last) * rowStride);
        FloatVector r6 = load(x, at + Math.min(6, last) * rowStride);
        FloatVector r7 = load(x, at + Math.min(7, last) * rowStride);
        FloatVector r8 = load(x, at + Math.min(8, last) * rowStride);
        FloatVector r9 = load(x, at + Math.min(9, last) * rowStride);
        FloatVector r10 = load(x, at + Math.min(10, last) * rowStride);
        FloatVector r11 = load(x, at + Math.min(11, last) * rowStride);
        FloatVector r12 = load(x, at + Math.min(12, last) * rowStride);
        FloatVector r13 = load(x, at + Math.min(13, last) * rowStride);
        FloatVector r14 = load(x, at + Math.min(14, last) * rowStride);
        FloatVector r15 = load(x, at + Math.min(15, last) * rowStride);
        FloatVector t;
        t = r0.blend(r8.rearrange(ACROSS_8), UPPER_8);
        r8 = r0.rearrange(ACROSS_8).blend(r8, UPPER_8);
        r0 = t;
        t = r1.blend(r9.rearrange(ACROSS_8), UPPER_8);
        r9 = r1.rearrange(ACROSS_8).blend(r9, UPPER_8);
        r1 = t;
        t = r2.blend(r10.rearrange(ACROSS_8), UPPER_8);
        r10 = r2.rearrange(ACROSS_8).blend(r10, UPPER_8);
        r2 = t;
        t = r3.blend(r11.rearrange(ACROSS_8), UPPER_8);
        r11 = r3.rearrange(ACROSS_8).blend(r11, UPPER_8);
        r3 = t;
        t = r4.blend(r12.rearrange(ACROSS_8), UPPER_8);
        r12 = r4.rearrange(ACROSS_8).blend(r12, UPPER_8);
        r4 = t;
        t = r5.blend(r13.rearrange(ACROSS_8), UPPER_8);
        r13 = r5.rearrange(ACROSS_8).blend(r13, UPPER_8);
        r5 = t;
        t = r6.blend(r14.rearrange(ACROSS_8), UPPER_8);
        r14 = r6.rearrange(ACROSS_8).blend(r14, UPPER_8);
        r6 = t;
        t = r7.blend(r15.rearrange(ACROSS_8), UPPER_8);
        r15 = r7.rearrange(ACROSS_8).blend(r15, UPPER_8);
        r7 = t;
        t = r0.blend(r4.rearrange(ACROSS_4), UPPER_4);
        r4 = r0.rearrange(ACROSS_4).blend(r4, UPPER_4);
        r0 = t;
        t = r1.blend(r5.rearrange(ACROSS_4), UPPER_4);
        r5 = r1.rearrange(ACROSS_4).blend(r5, UPPER_4);
        r1 = t;
        t = r2.blend(r6.rearrange(ACROSS_4), UPPER_4);
        r6 = r2.rearrange(ACROSS_4).blend(r6, UPPER_4);
        r2 = t;
        t = r3.blend(r7.rearrange(ACROSS_4), UPPER_4);
        r7 = r3.rearrange(ACROSS_4).blend(r7, UPPER_4);
        r3 = t;
        t = r8.blend(r12.rearrange(ACROSS_4), UPPER_4);
        r12 = r8.rearrange(ACROSS_4).blend(r12, UPPER_4);
        r8 = t;
        t = r9.blend(r13.rearrange(ACROSS_4), UPPER_4);
        r13 = r9.rearrange(ACROSS_4).blend(r13, UPPER_4);
        r9 = t;
        t = r10.blend(r14.rearrange(ACROSS_4), UPPER_4);
        r14 = r10.rearrange(ACROSS_4).blend(r14, UPPER_4);
        r10 = t;
        t = r11.blend(r15.rearrange(ACROSS_4), UPPER_4);
        r15 = r11.rearrange(ACROSS_4).blend(r15, UPPER_4);
        r11 = t;
        t = r0.blend(r2.rearrange(ACROSS_2), UPPER_2);
        r2 = r0.rearrange(ACROSS_2).blend(r2, UPPER_2);
        r0 = t;
        t = r1.blend(r3.rearrange(ACROSS_2), UPPER_2);
        r3 = r1.rearrange(ACROSS_2).blend(r3, UPPER_2);
        r1 = t;
        t = r4.blend(r6.rearrange(ACROSS_2), UPPER_2);
        r6 = r4.rearrange(ACROSS_2).blend(r6, UPPER_2);
        r4 = t;
        t = r5.blend(r7.rearrange(ACROSS_2), UPPER_2);
        r7 = r5.rearrange(ACROSS_2).blend(r7, UPPER_2);
        r5 = t;
        t = r8.blend(r10.rearrange(ACROSS_2), UPPER_2);
        r10 = r8.rearrange(ACROSS_2).blend(r10, UPPER_2);
        r8 = t;
        t = r9.blend(r11.rearrange(ACROSS_2), UPPER_2);
        r11 = r9.rearrange(ACROSS_2).blend(r11, UPPER_2);
        r9 = t;
        t = r12.blend(r14.rearrange(ACROSS_2), UPPER_2);
        r14 = r12.rearrange(ACROSS_2).blend(r14, UPPER_2);
        r12 = t;
        t = r13.blend(r15.rearrange(ACROSS_2), UPPER_2);
        r15 = r13.rearrange(ACROSS_2).blend(r15, UPPER_2);
        r13 = t;
        t = r0.blend(r1.rearrange(ACROSS_1), UPPER_1);
        r1 = r0.rearrange(ACROSS_1).blend(r1, UPPER_1);
        r0 = t;
        t = r2.blend(r3.rearrange(ACROSS_1), UPPER_1);
        r3 = r2.rearrange(ACROSS_1).blend(r3, UPPER_1);
        r2 = t;
        t = r4.blend(r5.rearrange(ACROSS_1), UPPER_1);
        r5 = r4.rearrange(ACROSS_1).blend(r5, UPPER_1);
        r4 = t;
        t = r6.blend(r7.rearrange(ACROSS_1), UPPER_1);
        r7 = r6.rearrange(ACROSS_1).blend(r7, UPPER_1);
        r6 = t;
        t = r8.blend(r9.rearrange(ACROSS_1), UPPER_1);
        r9 = r8.rearrange(ACROSS_1).blend(r9, UPPER_1);
        r8 = t;
        t = r10.blend(r11.rearrange(ACROSS_1), UPPER_1);
        r11 = r10.rearrange(ACROSS_1).blend(r11, UPPER_1);
        r10 = t;
        t = r12.blend(r13.rearrange(ACROSS_1), UPPER_1);
        r13 = r12.rearrange(ACROSS_1).blend(r13, UPPER_1);
        r12 = t;
        t = r14.blend(r15.rearrange(ACROSS_1), UPPER_1);
        r15 = r14.rearrange(ACROSS_1).blend(r15, UPPER_1);
        r14 = t;
        r0.intoArray(y, to);
        r1.intoArray(y, to + toStride);
        r2.intoArray(y, to + 2 * toStride);
        r3.intoArray(y, to + 3 * toStride);
        r4.intoArray(y, to + 4 * toStride);
        r5.intoArray(y, to + 5 * toStride);
        r6.intoArray(y, to + 6 * toStride);
        r7.intoArray(y, to + 7 * toStride);
        r8.intoArray(y, to + 8 * toStride);
        r9.intoArray(y, to + 9 * toStride);
        r10.intoArray(y, to + 10 * toStride);
        r11.intoArray(y, to + 11 * toStride);
        r12.intoArray(y, to + 12 * toStride);
        r13.intoArray(y, to + 13 * toStride);
        r14.intoArray(y, to + 14 * toStride);
        r15.intoArray(y, to + 15 * toStride);
    }
}
