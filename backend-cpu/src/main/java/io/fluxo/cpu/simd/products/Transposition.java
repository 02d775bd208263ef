package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.vector.Lanes;
import jdk.incubator.vector.IntVector;

/**
 * Copies rows into columns. With vectors of sixteen lanes, sixteen by sixteen in registers: in four rounds, rows 8, 4, 2 and 1 apart exchange
 * the halves, quarters, eighths and single lanes that lie on the wrong side of the diagonal. Otherwise element by element.
 */
final class Transposition {

    private static final int SIDE = 16;

    private static final IntVector LOW_8 = kept(8, false);
    private static final IntVector HIGH_8 = kept(8, true);
    private static final IntVector LOW_4 = kept(4, false);
    private static final IntVector HIGH_4 = kept(4, true);
    private static final IntVector LOW_2 = kept(2, false);
    private static final IntVector HIGH_2 = kept(2, true);
    private static final IntVector LOW_1 = kept(1, false);
    private static final IntVector HIGH_1 = kept(1, true);

    private Transposition() {}

    /**
     * Where the lanes of the lower or the upper of two rows come from that exchange what lies {@code distance} apart: lanes below L are the
     * lower row's, the others the upper row's.
     */
    private static IntVector kept(int distance, boolean upper) {
        int[] from = new int[L];
        for (int lane = 0; lane < L; lane++) {
            boolean own = ((lane & distance) != 0) == upper;
            from[lane] = upper ? (own ? lane + L : lane + distance) : (own ? lane : lane - distance + L);
        }
        return IntVector.fromArray(Lanes.I, from, 0);
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
        IntVector r0 = load(x, at).reinterpretAsInts();
        IntVector r1 = load(x, at + Math.min(1, last) * rowStride).reinterpretAsInts();
        IntVector r2 = load(x, at + Math.min(2, last) * rowStride).reinterpretAsInts();
        IntVector r3 = load(x, at + Math.min(3, last) * rowStride).reinterpretAsInts();
        IntVector r4 = load(x, at + Math.min(4, last) * rowStride).reinterpretAsInts();
        IntVector r5 = load(x, at + Math.min(5, last) * rowStride).reinterpretAsInts();
        IntVector r6 = load(x, at + Math.min(6, last) * rowStride).reinterpretAsInts();
        IntVector r7 = load(x, at + Math.min(7, last) * rowStride).reinterpretAsInts();
        IntVector r8 = load(x, at + Math.min(8, last) * rowStride).reinterpretAsInts();
        IntVector r9 = load(x, at + Math.min(9, last) * rowStride).reinterpretAsInts();
        IntVector r10 = load(x, at + Math.min(10, last) * rowStride).reinterpretAsInts();
        IntVector r11 = load(x, at + Math.min(11, last) * rowStride).reinterpretAsInts();
        IntVector r12 = load(x, at + Math.min(12, last) * rowStride).reinterpretAsInts();
        IntVector r13 = load(x, at + Math.min(13, last) * rowStride).reinterpretAsInts();
        IntVector r14 = load(x, at + Math.min(14, last) * rowStride).reinterpretAsInts();
        IntVector r15 = load(x, at + Math.min(15, last) * rowStride).reinterpretAsInts();
        IntVector t;
        t = LOW_8.selectFrom(r0, r8);
        r8 = HIGH_8.selectFrom(r0, r8);
        r0 = t;
        t = LOW_8.selectFrom(r1, r9);
        r9 = HIGH_8.selectFrom(r1, r9);
        r1 = t;
        t = LOW_8.selectFrom(r2, r10);
        r10 = HIGH_8.selectFrom(r2, r10);
        r2 = t;
        t = LOW_8.selectFrom(r3, r11);
        r11 = HIGH_8.selectFrom(r3, r11);
        r3 = t;
        t = LOW_8.selectFrom(r4, r12);
        r12 = HIGH_8.selectFrom(r4, r12);
        r4 = t;
        t = LOW_8.selectFrom(r5, r13);
        r13 = HIGH_8.selectFrom(r5, r13);
        r5 = t;
        t = LOW_8.selectFrom(r6, r14);
        r14 = HIGH_8.selectFrom(r6, r14);
        r6 = t;
        t = LOW_8.selectFrom(r7, r15);
        r15 = HIGH_8.selectFrom(r7, r15);
        r7 = t;
        t = LOW_4.selectFrom(r0, r4);
        r4 = HIGH_4.selectFrom(r0, r4);
        r0 = t;
        t = LOW_4.selectFrom(r1, r5);
        r5 = HIGH_4.selectFrom(r1, r5);
        r1 = t;
        t = LOW_4.selectFrom(r2, r6);
        r6 = HIGH_4.selectFrom(r2, r6);
        r2 = t;
        t = LOW_4.selectFrom(r3, r7);
        r7 = HIGH_4.selectFrom(r3, r7);
        r3 = t;
        t = LOW_4.selectFrom(r8, r12);
        r12 = HIGH_4.selectFrom(r8, r12);
        r8 = t;
        t = LOW_4.selectFrom(r9, r13);
        r13 = HIGH_4.selectFrom(r9, r13);
        r9 = t;
        t = LOW_4.selectFrom(r10, r14);
        r14 = HIGH_4.selectFrom(r10, r14);
        r10 = t;
        t = LOW_4.selectFrom(r11, r15);
        r15 = HIGH_4.selectFrom(r11, r15);
        r11 = t;
        t = LOW_2.selectFrom(r0, r2);
        r2 = HIGH_2.selectFrom(r0, r2);
        r0 = t;
        t = LOW_2.selectFrom(r1, r3);
        r3 = HIGH_2.selectFrom(r1, r3);
        r1 = t;
        t = LOW_2.selectFrom(r4, r6);
        r6 = HIGH_2.selectFrom(r4, r6);
        r4 = t;
        t = LOW_2.selectFrom(r5, r7);
        r7 = HIGH_2.selectFrom(r5, r7);
        r5 = t;
        t = LOW_2.selectFrom(r8, r10);
        r10 = HIGH_2.selectFrom(r8, r10);
        r8 = t;
        t = LOW_2.selectFrom(r9, r11);
        r11 = HIGH_2.selectFrom(r9, r11);
        r9 = t;
        t = LOW_2.selectFrom(r12, r14);
        r14 = HIGH_2.selectFrom(r12, r14);
        r12 = t;
        t = LOW_2.selectFrom(r13, r15);
        r15 = HIGH_2.selectFrom(r13, r15);
        r13 = t;
        t = LOW_1.selectFrom(r0, r1);
        r1 = HIGH_1.selectFrom(r0, r1);
        r0 = t;
        t = LOW_1.selectFrom(r2, r3);
        r3 = HIGH_1.selectFrom(r2, r3);
        r2 = t;
        t = LOW_1.selectFrom(r4, r5);
        r5 = HIGH_1.selectFrom(r4, r5);
        r4 = t;
        t = LOW_1.selectFrom(r6, r7);
        r7 = HIGH_1.selectFrom(r6, r7);
        r6 = t;
        t = LOW_1.selectFrom(r8, r9);
        r9 = HIGH_1.selectFrom(r8, r9);
        r8 = t;
        t = LOW_1.selectFrom(r10, r11);
        r11 = HIGH_1.selectFrom(r10, r11);
        r10 = t;
        t = LOW_1.selectFrom(r12, r13);
        r13 = HIGH_1.selectFrom(r12, r13);
        r12 = t;
        t = LOW_1.selectFrom(r14, r15);
        r15 = HIGH_1.selectFrom(r14, r15);
        r14 = t;
        r0.reinterpretAsFloats().intoArray(y, to);
        r1.reinterpretAsFloats().intoArray(y, to + toStride);
        r2.reinterpretAsFloats().intoArray(y, to + 2 * toStride);
        r3.reinterpretAsFloats().intoArray(y, to + 3 * toStride);
        r4.reinterpretAsFloats().intoArray(y, to + 4 * toStride);
        r5.reinterpretAsFloats().intoArray(y, to + 5 * toStride);
        r6.reinterpretAsFloats().intoArray(y, to + 6 * toStride);
        r7.reinterpretAsFloats().intoArray(y, to + 7 * toStride);
        r8.reinterpretAsFloats().intoArray(y, to + 8 * toStride);
        r9.reinterpretAsFloats().intoArray(y, to + 9 * toStride);
        r10.reinterpretAsFloats().intoArray(y, to + 10 * toStride);
        r11.reinterpretAsFloats().intoArray(y, to + 11 * toStride);
        r12.reinterpretAsFloats().intoArray(y, to + 12 * toStride);
        r13.reinterpretAsFloats().intoArray(y, to + 13 * toStride);
        r14.reinterpretAsFloats().intoArray(y, to + 14 * toStride);
        r15.reinterpretAsFloats().intoArray(y, to + 15 * toStride);
    }
}
