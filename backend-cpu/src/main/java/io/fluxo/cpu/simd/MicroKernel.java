package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;
import static io.fluxo.cpu.simd.Panels.WIDTH;

import jdk.incubator.vector.FloatVector;

/**
 * The innermost product: a few rows of A times one panel of B, accumulated in registers. Each element of C is one chain of fused
 * multiply-adds in the order of k, the same on every path: whatever the tile, the blocking and the number of threads, its bits are the same.
 * Twelve rows by two vectors take 24 of the 32 registers of AVX-512, which measured best; where there are 16, the six-row kernel takes 12.
 * Element (i, p) of A lies at {@code at + i·rowStride + p·depthStride}; panels are those of {@link Panels}. Row i begins with what lies at
 * {@code startAt + i·startStride} of {@code start}: C itself to add to it, a bias (stride 0), or zero where {@code start} is null.
 */
final class MicroKernel {

    private MicroKernel() {}

    /** Twelve rows. */
    static void rows12(float[] a, int at, int rowStride, int depthStride, float[] b, int bAt, int k, float[] c, int cAt, int ldc, float[] start, int startAt,
                       int startStride) {
        FloatVector c00;
        FloatVector c01;
        FloatVector c10;
        FloatVector c11;
        FloatVector c20;
        FloatVector c21;
        FloatVector c30;
        FloatVector c31;
        FloatVector c40;
        FloatVector c41;
        FloatVector c50;
        FloatVector c51;
        FloatVector c60;
        FloatVector c61;
        FloatVector c70;
        FloatVector c71;
        FloatVector c80;
        FloatVector c81;
        FloatVector c90;
        FloatVector c91;
        FloatVector c100;
        FloatVector c101;
        FloatVector c110;
        FloatVector c111;
        if (start == null) {
            c00 = FloatVector.zero(F);
            c01 = FloatVector.zero(F);
            c10 = FloatVector.zero(F);
            c11 = FloatVector.zero(F);
            c20 = FloatVector.zero(F);
            c21 = FloatVector.zero(F);
            c30 = FloatVector.zero(F);
            c31 = FloatVector.zero(F);
            c40 = FloatVector.zero(F);
            c41 = FloatVector.zero(F);
            c50 = FloatVector.zero(F);
            c51 = FloatVector.zero(F);
            c60 = FloatVector.zero(F);
            c61 = FloatVector.zero(F);
            c70 = FloatVector.zero(F);
            c71 = FloatVector.zero(F);
            c80 = FloatVector.zero(F);
            c81 = FloatVector.zero(F);
            c90 = FloatVector.zero(F);
            c91 = FloatVector.zero(F);
            c100 = FloatVector.zero(F);
            c101 = FloatVector.zero(F);
            c110 = FloatVector.zero(F);
            c111 = FloatVector.zero(F);
        } else {
            c00 = load(start, startAt);
            c01 = load(start, startAt + L);
            c10 = load(start, startAt + startStride);
            c11 = load(start, startAt + startStride + L);
            c20 = load(start, startAt + 2 * startStride);
            c21 = load(start, startAt + 2 * startStride + L);
            c30 = load(start, startAt + 3 * startStride);
            c31 = load(start, startAt + 3 * startStride + L);
            c40 = load(start, startAt + 4 * startStride);
            c41 = load(start, startAt + 4 * startStride + L);
            c50 = load(start, startAt + 5 * startStride);
            c51 = load(start, startAt + 5 * startStride + L);
            c60 = load(start, startAt + 6 * startStride);
            c61 = load(start, startAt + 6 * startStride + L);
            c70 = load(start, startAt + 7 * startStride);
            c71 = load(start, startAt + 7 * startStride + L);
            c80 = load(start, startAt + 8 * startStride);
            c81 = load(start, startAt + 8 * startStride + L);
            c90 = load(start, startAt + 9 * startStride);
            c91 = load(start, startAt + 9 * startStride + L);
            c100 = load(start, startAt + 10 * startStride);
            c101 = load(start, startAt + 10 * startStride + L);
            c110 = load(start, startAt + 11 * startStride);
            c111 = load(start, startAt + 11 * startStride + L);
        }
        int r1 = rowStride;
        int r2 = 2 * rowStride;
        int r3 = 3 * rowStride;
        int r4 = 4 * rowStride;
        int r5 = 5 * rowStride;
        int r6 = 6 * rowStride;
        int r7 = 7 * rowStride;
        int r8 = 8 * rowStride;
        int r9 = 9 * rowStride;
        int r10 = 10 * rowStride;
        int r11 = 11 * rowStride;
        for (int p = 0; p < k; p++) {
            int row = bAt + p * WIDTH;
            FloatVector b0 = load(b, row);
            FloatVector b1 = load(b, row + L);
            int column = at + p * depthStride;
            FloatVector v;
            v = FloatVector.broadcast(F, a[column]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            v = FloatVector.broadcast(F, a[column + r1]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            v = FloatVector.broadcast(F, a[column + r2]);
            c20 = v.fma(b0, c20);
            c21 = v.fma(b1, c21);
            v = FloatVector.broadcast(F, a[column + r3]);
            c30 = v.fma(b0, c30);
            c31 = v.fma(b1, c31);
            v = FloatVector.broadcast(F, a[column + r4]);
            c40 = v.fma(b0, c40);
            c41 = v.fma(b1, c41);
            v = FloatVector.broadcast(F, a[column + r5]);
            c50 = v.fma(b0, c50);
            c51 = v.fma(b1, c51);
            v = FloatVector.broadcast(F, a[column + r6]);
            c60 = v.fma(b0, c60);
            c61 = v.fma(b1, c61);
            v = FloatVector.broadcast(F, a[column + r7]);
            c70 = v.fma(b0, c70);
            c71 = v.fma(b1, c71);
            v = FloatVector.broadcast(F, a[column + r8]);
            c80 = v.fma(b0, c80);
            c81 = v.fma(b1, c81);
            v = FloatVector.broadcast(F, a[column + r9]);
            c90 = v.fma(b0, c90);
            c91 = v.fma(b1, c91);
            v = FloatVector.broadcast(F, a[column + r10]);
            c100 = v.fma(b0, c100);
            c101 = v.fma(b1, c101);
            v = FloatVector.broadcast(F, a[column + r11]);
            c110 = v.fma(b0, c110);
            c111 = v.fma(b1, c111);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + L);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + L);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + L);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + L);
        c50.intoArray(c, cAt + 5 * ldc);
        c51.intoArray(c, cAt + 5 * ldc + L);
        c60.intoArray(c, cAt + 6 * ldc);
        c61.intoArray(c, cAt + 6 * ldc + L);
        c70.intoArray(c, cAt + 7 * ldc);
        c71.intoArray(c, cAt + 7 * ldc + L);
        c80.intoArray(c, cAt + 8 * ldc);
        c81.intoArray(c, cAt + 8 * ldc + L);
        c90.intoArray(c, cAt + 9 * ldc);
        c91.intoArray(c, cAt + 9 * ldc + L);
        c100.intoArray(c, cAt + 10 * ldc);
        c101.intoArray(c, cAt + 10 * ldc + L);
        c110.intoArray(c, cAt + 11 * ldc);
        c111.intoArray(c, cAt + 11 * ldc + L);
    }

    /** Six rows. */
    static void rows6(float[] a, int at, int rowStride, int depthStride, float[] b, int bAt, int k, float[] c, int cAt, int ldc, float[] start, int startAt,
                       int startStride) {
        FloatVector c00;
        FloatVector c01;
        FloatVector c10;
        FloatVector c11;
        FloatVector c20;
        FloatVector c21;
        FloatVector c30;
        FloatVector c31;
        FloatVector c40;
        FloatVector c41;
        FloatVector c50;
        FloatVector c51;
        if (start == null) {
            c00 = FloatVector.zero(F);
            c01 = FloatVector.zero(F);
            c10 = FloatVector.zero(F);
            c11 = FloatVector.zero(F);
            c20 = FloatVector.zero(F);
            c21 = FloatVector.zero(F);
            c30 = FloatVector.zero(F);
            c31 = FloatVector.zero(F);
            c40 = FloatVector.zero(F);
            c41 = FloatVector.zero(F);
            c50 = FloatVector.zero(F);
            c51 = FloatVector.zero(F);
        } else {
            c00 = load(start, startAt);
            c01 = load(start, startAt + L);
            c10 = load(start, startAt + startStride);
            c11 = load(start, startAt + startStride + L);
            c20 = load(start, startAt + 2 * startStride);
            c21 = load(start, startAt + 2 * startStride + L);
            c30 = load(start, startAt + 3 * startStride);
            c31 = load(start, startAt + 3 * startStride + L);
            c40 = load(start, startAt + 4 * startStride);
            c41 = load(start, startAt + 4 * startStride + L);
            c50 = load(start, startAt + 5 * startStride);
            c51 = load(start, startAt + 5 * startStride + L);
        }
        int r1 = rowStride;
        int r2 = 2 * rowStride;
        int r3 = 3 * rowStride;
        int r4 = 4 * rowStride;
        int r5 = 5 * rowStride;
        for (int p = 0; p < k; p++) {
            int row = bAt + p * WIDTH;
            FloatVector b0 = load(b, row);
            FloatVector b1 = load(b, row + L);
            int column = at + p * depthStride;
            FloatVector v;
            v = FloatVector.broadcast(F, a[column]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            v = FloatVector.broadcast(F, a[column + r1]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
            v = FloatVector.broadcast(F, a[column + r2]);
            c20 = v.fma(b0, c20);
            c21 = v.fma(b1, c21);
            v = FloatVector.broadcast(F, a[column + r3]);
            c30 = v.fma(b0, c30);
            c31 = v.fma(b1, c31);
            v = FloatVector.broadcast(F, a[column + r4]);
            c40 = v.fma(b0, c40);
            c41 = v.fma(b1, c41);
            v = FloatVector.broadcast(F, a[column + r5]);
            c50 = v.fma(b0, c50);
            c51 = v.fma(b1, c51);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + L);
        c20.intoArray(c, cAt + 2 * ldc);
        c21.intoArray(c, cAt + 2 * ldc + L);
        c30.intoArray(c, cAt + 3 * ldc);
        c31.intoArray(c, cAt + 3 * ldc + L);
        c40.intoArray(c, cAt + 4 * ldc);
        c41.intoArray(c, cAt + 4 * ldc + L);
        c50.intoArray(c, cAt + 5 * ldc);
        c51.intoArray(c, cAt + 5 * ldc + L);
    }

    /** Two rows. */
    static void rows2(float[] a, int at, int rowStride, int depthStride, float[] b, int bAt, int k, float[] c, int cAt, int ldc, float[] start, int startAt,
                       int startStride) {
        FloatVector c00;
        FloatVector c01;
        FloatVector c10;
        FloatVector c11;
        if (start == null) {
            c00 = FloatVector.zero(F);
            c01 = FloatVector.zero(F);
            c10 = FloatVector.zero(F);
            c11 = FloatVector.zero(F);
        } else {
            c00 = load(start, startAt);
            c01 = load(start, startAt + L);
            c10 = load(start, startAt + startStride);
            c11 = load(start, startAt + startStride + L);
        }
        int r1 = rowStride;
        for (int p = 0; p < k; p++) {
            int row = bAt + p * WIDTH;
            FloatVector b0 = load(b, row);
            FloatVector b1 = load(b, row + L);
            int column = at + p * depthStride;
            FloatVector v;
            v = FloatVector.broadcast(F, a[column]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
            v = FloatVector.broadcast(F, a[column + r1]);
            c10 = v.fma(b0, c10);
            c11 = v.fma(b1, c11);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
        c10.intoArray(c, cAt + ldc);
        c11.intoArray(c, cAt + ldc + L);
    }

    /** One row. */
    static void rows1(float[] a, int at, int rowStride, int depthStride, float[] b, int bAt, int k, float[] c, int cAt, int ldc, float[] start, int startAt,
                       int startStride) {
        FloatVector c00;
        FloatVector c01;
        if (start == null) {
            c00 = FloatVector.zero(F);
            c01 = FloatVector.zero(F);
        } else {
            c00 = load(start, startAt);
            c01 = load(start, startAt + L);
        }
        for (int p = 0; p < k; p++) {
            int row = bAt + p * WIDTH;
            FloatVector b0 = load(b, row);
            FloatVector b1 = load(b, row + L);
            int column = at + p * depthStride;
            FloatVector v;
            v = FloatVector.broadcast(F, a[column]);
            c00 = v.fma(b0, c00);
            c01 = v.fma(b1, c01);
        }
        c00.intoArray(c, cAt);
        c01.intoArray(c, cAt + L);
    }
}
