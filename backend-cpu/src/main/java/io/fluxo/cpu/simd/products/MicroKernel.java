package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.vector.Lanes.L;

/**
 * The innermost product: a strip of {@link #HEIGHT} rows of A times one panel of B, two vectors wide, accumulated in registers. Each element
 * of C is one chain of fused multiply-adds in the order of k, the same on every path: whatever the tile, the blocking and the number of
 * threads, its bits are the same.
 *
 * <p>The kernels themselves, {@link RegisterTiles}, are written by the build: src/main/generator has their one template.
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
            RegisterTiles.columns12(a, at, stride, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
        } else {
            RegisterTiles.columns6(a, at, stride, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
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
            RegisterTiles.rows12(a, at, rowStride, height - 1, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
        } else {
            RegisterTiles.rows6(a, at, rowStride, height - 1, b, bAt, bStride, k, c, cAt, ldc, start, startAt, startStride);
        }
    }
}
