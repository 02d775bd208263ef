package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.vector.Lanes.L;

import io.fluxo.cpu.simd.vector.Lanes;
import jdk.incubator.vector.IntVector;

/**
 * Copies rows into columns. With vectors of sixteen lanes, sixteen by sixteen in registers: in four rounds, rows 8, 4, 2 and 1 apart exchange
 * the halves, quarters, eighths and single lanes that lie on the wrong side of the diagonal ({@link TransposedBlock}, written by the build).
 * Otherwise element by element.
 */
final class Transposition {

    private static final int SIDE = 16;

    static final IntVector LOW_8 = kept(8, false);
    static final IntVector HIGH_8 = kept(8, true);
    static final IntVector LOW_4 = kept(4, false);
    static final IntVector HIGH_4 = kept(4, true);
    static final IntVector LOW_2 = kept(2, false);
    static final IntVector HIGH_2 = kept(2, true);
    static final IntVector LOW_1 = kept(1, false);
    static final IntVector HIGH_1 = kept(1, true);

    private Transposition() {}

    /**
     * For two rows that exchange the lanes {@code distance} apart: where the lanes of the lower or the upper row come from. Lanes below L are the
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
            TransposedBlock.copy(x, at + p, rowStride, rows - 1, y, to + p * toStride, toStride);
        }
        for (int j = 0; j < rows; j++) {
            int source = at + j * rowStride;
            for (int q = p; q < depth; q++) {
                y[to + q * toStride + j] = x[source + q];
            }
        }
    }
}
