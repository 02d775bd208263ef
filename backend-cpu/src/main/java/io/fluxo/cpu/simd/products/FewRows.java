package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.vector.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Products whose left side has one row, or a few: a token that is generated, times a matrix. There is nothing to share but the matrix itself, so what
 * counts is that it is read once, as fast as memory gives it, and written nowhere. Some columns at a time go through all of their depth, with the sums in
 * registers: vectors of columns that lie side by side, and of a transposed matrix, whose columns lie each in one piece, a number each. Turning it on the way was
 * little faster at best, and at some sizes half as fast.
 *
 * <p>Each element is the same chain of fused multiply-adds in the order of k as in {@link MicroKernel}: the bits are the same.
 */
final class FewRows {

    /** Most rows: each reads its columns again, from the second-level cache. */
    private static final int MOST = 4;
    /** Columns that are summed side by side: eight chains, so that none waits for itself, and long enough a piece of each row of b for the machine to read ahead. */
    private static final int WIDE = 8 * L;
    private static final int HALF = WIDE / 2;
    /** Columns of a transposed matrix that are summed side by side where they lie. */
    private static final int DOTS = 4;

    private FewRows() {}

    static boolean are(int rows) {
        return rows <= MOST;
    }

    /** Columns of tasks are a multiple of this, but for the last. */
    static int unit() {
        return WIDE;
    }

    /**
     * c(i, j) += Σ_p a(i, p)·b(p, j) for j from {@code from} to {@code to}.
     *
     * @param b either stride is 1
     */
    static void add(int m, int k, StridedMatrix a, StridedMatrix b, StridedMatrix c, int from, int to) {
        for (int j = from; j < to; j += WIDE) {
            int columns = Math.min(WIDE, to - j);
            for (int i = 0; i < m; i++) {
                int left = a.at() + i * a.rowStride();
                int target = c.at() + i * c.rowStride() + j;
                if (b.columnStride() == 1) {
                    row(columns, k, a.array(), left, a.columnStride(), b.array(), b.at() + j, b.rowStride(), c.array(), target);
                } else {
                    dots(columns, k, a.array(), left, a.columnStride(), b.array(), b.at() + j * b.columnStride(), b.columnStride(), c.array(), target);
                }
            }
        }
    }

    /** One row by columns that lie {@code apart}, each in one piece. */
    private static void dots(int columns, int depth, float[] a, int at, int stride, float[] b, int bAt, int apart, float[] c, int to) {
        int whole = columns / DOTS * DOTS;
        for (int j = 0; j < whole; j += DOTS) {
            four(depth, a, at, stride, b, bAt + j * apart, apart, c, to + j);
        }
        for (int j = whole; j < columns; j++) {
            single(depth, a, at, stride, b, bAt + j * apart, c, to + j);
        }
    }

    private static void four(int depth, float[] a, int at, int stride, float[] b, int bAt, int apart, float[] c, int to) {
        float first = c[to];
        float second = c[to + 1];
        float third = c[to + 2];
        float fourth = c[to + 3];
        for (int p = 0; p < depth; p++) {
            float x = a[at + p * stride];
            first = Math.fma(x, b[bAt + p], first);
            second = Math.fma(x, b[bAt + apart + p], second);
            third = Math.fma(x, b[bAt + 2 * apart + p], third);
            fourth = Math.fma(x, b[bAt + 3 * apart + p], fourth);
        }
        c[to] = first;
        c[to + 1] = second;
        c[to + 2] = third;
        c[to + 3] = fourth;
    }

    private static void single(int depth, float[] a, int at, int stride, float[] b, int bAt, float[] c, int to) {
        float sum = c[to];
        for (int p = 0; p < depth; p++) {
            sum = Math.fma(a[at + p * stride], b[bAt + p], sum);
        }
        c[to] = sum;
    }

    /** One row by columns that lie side by side. */
    private static void row(int columns, int k, float[] a, int at, int stride, float[] b, int bAt, int bStride, float[] c, int to) {
        if (columns == WIDE) {
            wide(a, at, stride, b, bAt, bStride, k, c, to);
            return;
        }
        int half = columns / HALF * HALF;
        int whole = columns / L * L;
        if (half > 0) {
            half(a, at, stride, b, bAt, bStride, k, c, to);
        }
        for (int j = half; j < whole; j += L) {
            vector(a, at, stride, b, bAt + j, bStride, k, c, to + j);
        }
        if (whole < columns) {
            part(a, at, stride, b, bAt + whole, bStride, k, c, to + whole, columns - whole);
        }
    }

    private static void wide(float[] a, int at, int stride, float[] b, int bAt, int bStride, int k, float[] c, int to) {
        FloatVector first = load(c, to);
        FloatVector second = load(c, to + L);
        FloatVector third = load(c, to + 2 * L);
        FloatVector fourth = load(c, to + 3 * L);
        FloatVector fifth = load(c, to + 4 * L);
        FloatVector sixth = load(c, to + 5 * L);
        FloatVector seventh = load(c, to + 6 * L);
        FloatVector eighth = load(c, to + 7 * L);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(F, a[at + p * stride]);
            int q = bAt + p * bStride;
            first = load(b, q).fma(x, first);
            second = load(b, q + L).fma(x, second);
            third = load(b, q + 2 * L).fma(x, third);
            fourth = load(b, q + 3 * L).fma(x, fourth);
            fifth = load(b, q + 4 * L).fma(x, fifth);
            sixth = load(b, q + 5 * L).fma(x, sixth);
            seventh = load(b, q + 6 * L).fma(x, seventh);
            eighth = load(b, q + 7 * L).fma(x, eighth);
        }
        first.intoArray(c, to);
        second.intoArray(c, to + L);
        third.intoArray(c, to + 2 * L);
        fourth.intoArray(c, to + 3 * L);
        fifth.intoArray(c, to + 4 * L);
        sixth.intoArray(c, to + 5 * L);
        seventh.intoArray(c, to + 6 * L);
        eighth.intoArray(c, to + 7 * L);
    }

    private static void half(float[] a, int at, int stride, float[] b, int bAt, int bStride, int k, float[] c, int to) {
        FloatVector first = load(c, to);
        FloatVector second = load(c, to + L);
        FloatVector third = load(c, to + 2 * L);
        FloatVector fourth = load(c, to + 3 * L);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(F, a[at + p * stride]);
            int q = bAt + p * bStride;
            first = load(b, q).fma(x, first);
            second = load(b, q + L).fma(x, second);
            third = load(b, q + 2 * L).fma(x, third);
            fourth = load(b, q + 3 * L).fma(x, fourth);
        }
        first.intoArray(c, to);
        second.intoArray(c, to + L);
        third.intoArray(c, to + 2 * L);
        fourth.intoArray(c, to + 3 * L);
    }

    private static void vector(float[] a, int at, int stride, float[] b, int bAt, int bStride, int k, float[] c, int to) {
        FloatVector sum = load(c, to);
        for (int p = 0; p < k; p++) {
            sum = load(b, bAt + p * bStride).fma(FloatVector.broadcast(F, a[at + p * stride]), sum);
        }
        sum.intoArray(c, to);
    }

    /** The lanes of a vector that there are. */
    private static void part(float[] a, int at, int stride, float[] b, int bAt, int bStride, int k, float[] c, int to, int columns) {
        VectorMask<Float> there = Lanes.within(0, columns);
        FloatVector sum = FloatVector.fromArray(F, c, to, there);
        for (int p = 0; p < k; p++) {
            sum = FloatVector.fromArray(F, b, bAt + p * bStride, there).fma(FloatVector.broadcast(F, a[at + p * stride]), sum);
        }
        sum.intoArray(c, to, there);
    }
}
