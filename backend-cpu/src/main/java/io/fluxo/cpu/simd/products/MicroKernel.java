package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost product: a strip of {@link #HEIGHT} rows of A times one panel of B, two vectors wide, accumulated in registers. Each element
 * of C is one chain of fused multiply-adds in the order of k, the same on every path: whatever the tile, the blocking and the number of
 * threads, its bits are the same.
 *
 * <p>Twelve rows by two vectors take 24 of the 32 registers of AVX-512, which measured best; where there are 16, six rows take 12. The twelve
 * addresses of rows in place do not fit the other registers too: the compiler must keep them on the stack and not in vector registers
 * ({@code -XX:-UseFPUForSpilling}), or a tenth of the speed is lost. For the same reason places are multiplied out in every turn: a sum
 * carried from turn to turn may be kept on the stack, and each turn then waits for the one before to have written it.
 *
 * <p>Row i begins with what lies at {@code startAt + i·startStride} of {@code start}: C itself to add to it, a bias or zeros (stride 0). Where
 * the sums begin must not be a branch: accumulators that came from two places were kept in memory. Row p of the panel lies at
 * {@code bAt + p·bStride}.
 */
final class MicroKernel {

    /** Rows of half a strip, or of a whole one where there are 16 registers. */
    private static final int HALF = 6;
    /** Rows of a strip. */
    static final int HEIGHT = L == 16 ? 2 * HALF : HALF;

    private MicroKernel() {}

    /**
     * A strip whose elements of one depth lie side by side, packed or in a transposed matrix: element (i, p) at {@code at + p·stride + i}.
     *
     * @param height rows that are wanted, of a strip that is not full; all of half or all of the strip are read, and written to C
     */
    static void columns(float[] a, int at, int stride, int height, float[] b, int bAt, int bStride, int k, float[] c, int cAt, int ldc, float[] start,
                        int startAt, int startStride) {
        if (height > HALF) {
            columns12(a, at, stride, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
        } else {
            columns6(a, at, stride, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
        }
    }

    /**
     * A strip of rows where they lie: element (i, p) at {@code at + i·rowStride + p}.
     *
     * @param height rows of the strip; where it is not full the last one is repeated, and C has room for that
     */
    static void rows(float[] a, int at, int rowStride, int height, float[] b, int bAt, int bStride, int k, float[] c, int cAt, int ldc, float[] start,
                     int startAt, int startStride) {
        if (height > HALF) {
            rows12(a, at, rowStride, height - 1, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
        } else {
            rows6(a, at, rowStride, height - 1, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
        }
    }

    /** Twelve rows, side by side. */
    private static void columns12(float[] a, int at, int stride, float[] b, int bAt, int bStride, int k, float[] c, int cAt, int ldc, float[] start,
                                  int startAt, int startStride) {
        FloatVector c0a = load(start, startAt);
        FloatVector c0b = load(start, startAt + L);
        FloatVector c1a = load(start, startAt + startStride);
        FloatVector c1b = load(start, startAt + startStride + L);
        FloatVector c2a = load(start, startAt + 2 * startStride);
        FloatVector c2b = load(start, startAt + 2 * startStride + L);
        FloatVector c3a = load(start, startAt + 3 * startStride);
        FloatVector c3b = load(start, startAt + 3 * startStride + L);
        FloatVector c4a = load(start, startAt + 4 * startStride);
        FloatVector c4b = load(start, startAt + 4 * startStride + L);
        FloatVector c5a = load(start, startAt + 5 * startStride);
        FloatVector c5b = load(start, startAt + 5 * startStride + L);
        FloatVector c6a = load(start, startAt + 6 * startStride);
        FloatVector c6b = load(start, startAt + 6 * startStride + L);
        FloatVector c7a = load(start, startAt + 7 * startStride);
        FloatVector c7b = load(start, startAt + 7 * startStride + L);
        FloatVector c8a = load(start, startAt + 8 * startStride);
        FloatVector c8b = load(start, startAt + 8 * startStride + L);
        FloatVector c9a = load(start, startAt + 9 * startStride);
        FloatVector c9b = load(start, startAt + 9 * startStride + L);
        FloatVector c10a = load(start, startAt + 10 * startStride);
        FloatVector c10b = load(start, startAt + 10 * startStride + L);
        FloatVector c11a = load(start, startAt + 11 * startStride);
        FloatVector c11b = load(start, startAt + 11 * startStride + L);
        for (int p = 0; p < k; p++) {
            int x = at + p * stride;
            int q = bAt + p * bStride;
            FloatVector left = load(b, q);
            FloatVector right = load(b, q + L);
            FloatVector v;
            v = FloatVector.broadcast(F, a[x]);
            c0a = v.fma(left, c0a);
            c0b = v.fma(right, c0b);
            v = FloatVector.broadcast(F, a[x + 1]);
            c1a = v.fma(left, c1a);
            c1b = v.fma(right, c1b);
            v = FloatVector.broadcast(F, a[x + 2]);
            c2a = v.fma(left, c2a);
            c2b = v.fma(right, c2b);
            v = FloatVector.broadcast(F, a[x + 3]);
            c3a = v.fma(left, c3a);
            c3b = v.fma(right, c3b);
            v = FloatVector.broadcast(F, a[x + 4]);
            c4a = v.fma(left, c4a);
            c4b = v.fma(right, c4b);
            v = FloatVector.broadcast(F, a[x + 5]);
            c5a = v.fma(left, c5a);
            c5b = v.fma(right, c5b);
            v = FloatVector.broadcast(F, a[x + 6]);
            c6a = v.fma(left, c6a);
            c6b = v.fma(right, c6b);
            v = FloatVector.broadcast(F, a[x + 7]);
            c7a = v.fma(left, c7a);
            c7b = v.fma(right, c7b);
            v = FloatVector.broadcast(F, a[x + 8]);
            c8a = v.fma(left, c8a);
            c8b = v.fma(right, c8b);
            v = FloatVector.broadcast(F, a[x + 9]);
            c9a = v.fma(left, c9a);
            c9b = v.fma(right, c9b);
            v = FloatVector.broadcast(F, a[x + 10]);
            c10a = v.fma(left, c10a);
            c10b = v.fma(right, c10b);
            v = FloatVector.broadcast(F, a[x + 11]);
            c11a = v.fma(left, c11a);
            c11b = v.fma(right, c11b);
        }
        c0a.intoArray(c, cAt);
        c0b.intoArray(c, cAt + L);
        c1a.intoArray(c, cAt + ldc);
        c1b.intoArray(c, cAt + ldc + L);
        c2a.intoArray(c, cAt + 2 * ldc);
        c2b.intoArray(c, cAt + 2 * ldc + L);
        c3a.intoArray(c, cAt + 3 * ldc);
        c3b.intoArray(c, cAt + 3 * ldc + L);
        c4a.intoArray(c, cAt + 4 * ldc);
        c4b.intoArray(c, cAt + 4 * ldc + L);
        c5a.intoArray(c, cAt + 5 * ldc);
        c5b.intoArray(c, cAt + 5 * ldc + L);
        c6a.intoArray(c, cAt + 6 * ldc);
        c6b.intoArray(c, cAt + 6 * ldc + L);
        c7a.intoArray(c, cAt + 7 * ldc);
        c7b.intoArray(c, cAt + 7 * ldc + L);
        c8a.intoArray(c, cAt + 8 * ldc);
        c8b.intoArray(c, cAt + 8 * ldc + L);
        c9a.intoArray(c, cAt + 9 * ldc);
        c9b.intoArray(c, cAt + 9 * ldc + L);
        c10a.intoArray(c, cAt + 10 * ldc);
        c10b.intoArray(c, cAt + 10 * ldc + L);
        c11a.intoArray(c, cAt + 11 * ldc);
        c11b.intoArray(c, cAt + 11 * ldc + L);
    }

    /** Twelve rows where they lie. */
    private static void rows12(float[] a, int at, int rowStride, int last, float[] b, int bAt, int bStride, int k, float[] c, int cAt, int ldc,
                               float[] start, int startAt, int startStride) {
        FloatVector c0a = load(start, startAt);
        FloatVector c0b = load(start, startAt + L);
        FloatVector c1a = load(start, startAt + startStride);
        FloatVector c1b = load(start, startAt + startStride + L);
        FloatVector c2a = load(start, startAt + 2 * startStride);
        FloatVector c2b = load(start, startAt + 2 * startStride + L);
        FloatVector c3a = load(start, startAt + 3 * startStride);
        FloatVector c3b = load(start, startAt + 3 * startStride + L);
        FloatVector c4a = load(start, startAt + 4 * startStride);
        FloatVector c4b = load(start, startAt + 4 * startStride + L);
        FloatVector c5a = load(start, startAt + 5 * startStride);
        FloatVector c5b = load(start, startAt + 5 * startStride + L);
        FloatVector c6a = load(start, startAt + 6 * startStride);
        FloatVector c6b = load(start, startAt + 6 * startStride + L);
        FloatVector c7a = load(start, startAt + 7 * startStride);
        FloatVector c7b = load(start, startAt + 7 * startStride + L);
        FloatVector c8a = load(start, startAt + 8 * startStride);
        FloatVector c8b = load(start, startAt + 8 * startStride + L);
        FloatVector c9a = load(start, startAt + 9 * startStride);
        FloatVector c9b = load(start, startAt + 9 * startStride + L);
        FloatVector c10a = load(start, startAt + 10 * startStride);
        FloatVector c10b = load(start, startAt + 10 * startStride + L);
        FloatVector c11a = load(start, startAt + 11 * startStride);
        FloatVector c11b = load(start, startAt + 11 * startStride + L);
        int a0 = at;
        int a1 = at + Math.min(1, last) * rowStride;
        int a2 = at + Math.min(2, last) * rowStride;
        int a3 = at + Math.min(3, last) * rowStride;
        int a4 = at + Math.min(4, last) * rowStride;
        int a5 = at + Math.min(5, last) * rowStride;
        int a6 = at + Math.min(6, last) * rowStride;
        int a7 = at + Math.min(7, last) * rowStride;
        int a8 = at + Math.min(8, last) * rowStride;
        int a9 = at + Math.min(9, last) * rowStride;
        int a10 = at + Math.min(10, last) * rowStride;
        int a11 = at + Math.min(11, last) * rowStride;
        for (int p = 0; p < k; p++) {
            int q = bAt + p * bStride;
            FloatVector left = load(b, q);
            FloatVector right = load(b, q + L);
            FloatVector v;
            v = FloatVector.broadcast(F, a[a0 + p]);
            c0a = v.fma(left, c0a);
            c0b = v.fma(right, c0b);
            v = FloatVector.broadcast(F, a[a1 + p]);
            c1a = v.fma(left, c1a);
            c1b = v.fma(right, c1b);
            v = FloatVector.broadcast(F, a[a2 + p]);
            c2a = v.fma(left, c2a);
            c2b = v.fma(right, c2b);
            v = FloatVector.broadcast(F, a[a3 + p]);
            c3a = v.fma(left, c3a);
            c3b = v.fma(right, c3b);
            v = FloatVector.broadcast(F, a[a4 + p]);
            c4a = v.fma(left, c4a);
            c4b = v.fma(right, c4b);
            v = FloatVector.broadcast(F, a[a5 + p]);
            c5a = v.fma(left, c5a);
            c5b = v.fma(right, c5b);
            v = FloatVector.broadcast(F, a[a6 + p]);
            c6a = v.fma(left, c6a);
            c6b = v.fma(right, c6b);
            v = FloatVector.broadcast(F, a[a7 + p]);
            c7a = v.fma(left, c7a);
            c7b = v.fma(right, c7b);
            v = FloatVector.broadcast(F, a[a8 + p]);
            c8a = v.fma(left, c8a);
            c8b = v.fma(right, c8b);
            v = FloatVector.broadcast(F, a[a9 + p]);
            c9a = v.fma(left, c9a);
            c9b = v.fma(right, c9b);
            v = FloatVector.broadcast(F, a[a10 + p]);
            c10a = v.fma(left, c10a);
            c10b = v.fma(right, c10b);
            v = FloatVector.broadcast(F, a[a11 + p]);
            c11a = v.fma(left, c11a);
            c11b = v.fma(right, c11b);
        }
        c0a.intoArray(c, cAt);
        c0b.intoArray(c, cAt + L);
        c1a.intoArray(c, cAt + ldc);
        c1b.intoArray(c, cAt + ldc + L);
        c2a.intoArray(c, cAt + 2 * ldc);
        c2b.intoArray(c, cAt + 2 * ldc + L);
        c3a.intoArray(c, cAt + 3 * ldc);
        c3b.intoArray(c, cAt + 3 * ldc + L);
        c4a.intoArray(c, cAt + 4 * ldc);
        c4b.intoArray(c, cAt + 4 * ldc + L);
        c5a.intoArray(c, cAt + 5 * ldc);
        c5b.intoArray(c, cAt + 5 * ldc + L);
        c6a.intoArray(c, cAt + 6 * ldc);
        c6b.intoArray(c, cAt + 6 * ldc + L);
        c7a.intoArray(c, cAt + 7 * ldc);
        c7b.intoArray(c, cAt + 7 * ldc + L);
        c8a.intoArray(c, cAt + 8 * ldc);
        c8b.intoArray(c, cAt + 8 * ldc + L);
        c9a.intoArray(c, cAt + 9 * ldc);
        c9b.intoArray(c, cAt + 9 * ldc + L);
        c10a.intoArray(c, cAt + 10 * ldc);
        c10b.intoArray(c, cAt + 10 * ldc + L);
        c11a.intoArray(c, cAt + 11 * ldc);
        c11b.intoArray(c, cAt + 11 * ldc + L);
    }

    /** Six rows, side by side. */
    private static void columns6(float[] a, int at, int stride, float[] b, int bAt, int bStride, int k, float[] c, int cAt, int ldc, float[] start,
                                  int startAt, int startStride) {
        FloatVector c0a = load(start, startAt);
        FloatVector c0b = load(start, startAt + L);
        FloatVector c1a = load(start, startAt + startStride);
        FloatVector c1b = load(start, startAt + startStride + L);
        FloatVector c2a = load(start, startAt + 2 * startStride);
        FloatVector c2b = load(start, startAt + 2 * startStride + L);
        FloatVector c3a = load(start, startAt + 3 * startStride);
        FloatVector c3b = load(start, startAt + 3 * startStride + L);
        FloatVector c4a = load(start, startAt + 4 * startStride);
        FloatVector c4b = load(start, startAt + 4 * startStride + L);
        FloatVector c5a = load(start, startAt + 5 * startStride);
        FloatVector c5b = load(start, startAt + 5 * startStride + L);
        for (int p = 0; p < k; p++) {
            int x = at + p * stride;
            int q = bAt + p * bStride;
            FloatVector left = load(b, q);
            FloatVector right = load(b, q + L);
            FloatVector v;
            v = FloatVector.broadcast(F, a[x]);
            c0a = v.fma(left, c0a);
            c0b = v.fma(right, c0b);
            v = FloatVector.broadcast(F, a[x + 1]);
            c1a = v.fma(left, c1a);
            c1b = v.fma(right, c1b);
            v = FloatVector.broadcast(F, a[x + 2]);
            c2a = v.fma(left, c2a);
            c2b = v.fma(right, c2b);
            v = FloatVector.broadcast(F, a[x + 3]);
            c3a = v.fma(left, c3a);
            c3b = v.fma(right, c3b);
            v = FloatVector.broadcast(F, a[x + 4]);
            c4a = v.fma(left, c4a);
            c4b = v.fma(right, c4b);
            v = FloatVector.broadcast(F, a[x + 5]);
            c5a = v.fma(left, c5a);
            c5b = v.fma(right, c5b);
        }
        c0a.intoArray(c, cAt);
        c0b.intoArray(c, cAt + L);
        c1a.intoArray(c, cAt + ldc);
        c1b.intoArray(c, cAt + ldc + L);
        c2a.intoArray(c, cAt + 2 * ldc);
        c2b.intoArray(c, cAt + 2 * ldc + L);
        c3a.intoArray(c, cAt + 3 * ldc);
        c3b.intoArray(c, cAt + 3 * ldc + L);
        c4a.intoArray(c, cAt + 4 * ldc);
        c4b.intoArray(c, cAt + 4 * ldc + L);
        c5a.intoArray(c, cAt + 5 * ldc);
        c5b.intoArray(c, cAt + 5 * ldc + L);
    }

    /** Six rows where they lie. */
    private static void rows6(float[] a, int at, int rowStride, int last, float[] b, int bAt, int bStride, int k, float[] c, int cAt, int ldc,
                               float[] start, int startAt, int startStride) {
        FloatVector c0a = load(start, startAt);
        FloatVector c0b = load(start, startAt + L);
        FloatVector c1a = load(start, startAt + startStride);
        FloatVector c1b = load(start, startAt + startStride + L);
        FloatVector c2a = load(start, startAt + 2 * startStride);
        FloatVector c2b = load(start, startAt + 2 * startStride + L);
        FloatVector c3a = load(start, startAt + 3 * startStride);
        FloatVector c3b = load(start, startAt + 3 * startStride + L);
        FloatVector c4a = load(start, startAt + 4 * startStride);
        FloatVector c4b = load(start, startAt + 4 * startStride + L);
        FloatVector c5a = load(start, startAt + 5 * startStride);
        FloatVector c5b = load(start, startAt + 5 * startStride + L);
        int a0 = at;
        int a1 = at + Math.min(1, last) * rowStride;
        int a2 = at + Math.min(2, last) * rowStride;
        int a3 = at + Math.min(3, last) * rowStride;
        int a4 = at + Math.min(4, last) * rowStride;
        int a5 = at + Math.min(5, last) * rowStride;
        for (int p = 0; p < k; p++) {
            int q = bAt + p * bStride;
            FloatVector left = load(b, q);
            FloatVector right = load(b, q + L);
            FloatVector v;
            v = FloatVector.broadcast(F, a[a0 + p]);
            c0a = v.fma(left, c0a);
            c0b = v.fma(right, c0b);
            v = FloatVector.broadcast(F, a[a1 + p]);
            c1a = v.fma(left, c1a);
            c1b = v.fma(right, c1b);
            v = FloatVector.broadcast(F, a[a2 + p]);
            c2a = v.fma(left, c2a);
            c2b = v.fma(right, c2b);
            v = FloatVector.broadcast(F, a[a3 + p]);
            c3a = v.fma(left, c3a);
            c3b = v.fma(right, c3b);
            v = FloatVector.broadcast(F, a[a4 + p]);
            c4a = v.fma(left, c4a);
            c4b = v.fma(right, c4b);
            v = FloatVector.broadcast(F, a[a5 + p]);
            c5a = v.fma(left, c5a);
            c5b = v.fma(right, c5b);
        }
        c0a.intoArray(c, cAt);
        c0b.intoArray(c, cAt + L);
        c1a.intoArray(c, cAt + ldc);
        c1b.intoArray(c, cAt + ldc + L);
        c2a.intoArray(c, cAt + 2 * ldc);
        c2b.intoArray(c, cAt + 2 * ldc + L);
        c3a.intoArray(c, cAt + 3 * ldc);
        c3b.intoArray(c, cAt + 3 * ldc + L);
        c4a.intoArray(c, cAt + 4 * ldc);
        c4b.intoArray(c, cAt + 4 * ldc + L);
        c5a.intoArray(c, cAt + 5 * ldc);
        c5b.intoArray(c, cAt + 5 * ldc + L);
    }
}
