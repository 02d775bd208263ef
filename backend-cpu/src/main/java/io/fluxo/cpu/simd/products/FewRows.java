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
 * registers; a transposed matrix is turned in small pieces on the way, which stay in the first-level cache.
 *
 * <p>Each element is the same chain of fused multiply-adds in the order of k as in {@link MicroKernel}: the bits are the same.
 */
final class FewRows {

    /** Most rows: each reads its columns again, from the second-level cache. */
    private static final int MOST = 4;
    /** Columns that are summed side by side: four chains, so that none waits for itself. */
    private static final int WIDE = 4 * L;
    /** Depth of the pieces in which a transposed matrix is turned. */
    private static final int DEPTH = 64;
    /** Columns of a transposed matrix that are summed side by side where they lie. */
    private static final int DOTS = 4;

    /** Floats of scratch memory that {@link #add} needs. */
    static final int SCRATCH = WIDE * DEPTH;

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
     * @param b       either stride is 1
     * @param scratch {@link #SCRATCH} floats from {@code room} on are written
     */
    static void add(int m, int k, StridedMatrix a, StridedMatrix b, StridedMatrix c, int from, int to, float[] scratch, int room) {
        for (int j = from; j < to; j += WIDE) {
            int columns = Math.min(WIDE, to - j);
            if (b.columnStride() == 1) {
                rows(m, columns, k, a, 0, b.array(), b.at() + j, b.rowStride(), c, j);
            } else {
                turned(m, columns, k, a, b, c, j, scratch, room);
            }
        }
    }

    /** A transposed matrix: whole blocks are turned, what is left of the depth is added as it lies. */
    private static void turned(int m, int columns, int k, StridedMatrix a, StridedMatrix b, StridedMatrix c, int j, float[] scratch, int room) {
        int whole = Transposition.inBlocks(k);
        for (int p = 0; p < whole; p += DEPTH) {
            int depth = Math.min(DEPTH, whole - p);
            for (int next = 0; next < columns; next += Lanes.BLOCK) {
                Transposition.copy(b.array(), b.at() + (j + next) * b.columnStride() + p, b.columnStride(), Math.min(Lanes.BLOCK, columns - next), depth, scratch,
                        room + next, WIDE);
            }
            rows(m, columns, depth, a, p, scratch, room, WIDE, c, j);
        }
        for (int i = 0; i < m && whole < k; i++) {
            dots(columns, k - whole, a.array(), a.at() + i * a.rowStride() + whole * a.columnStride(), a.columnStride(), b.array(), b.at() + j * b.columnStride() + whole,
                    b.columnStride(), c.array(), c.at() + i * c.rowStride() + j);
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

    /** Some columns of all rows of c, from column {@code j} on; a is read from its column {@code p} on. */
    private static void rows(int m, int columns, int depth, StridedMatrix a, int p, float[] b, int bAt, int bStride, StridedMatrix c, int j) {
        for (int i = 0; i < m; i++) {
            int left = a.at() + i * a.rowStride() + p * a.columnStride();
            int to = c.at() + i * c.rowStride() + j;
            if (columns == WIDE) {
                wide(a.array(), left, a.columnStride(), b, bAt, bStride, depth, c.array(), to);
            } else {
                int whole = columns / L * L;
                for (int next = 0; next < whole; next += L) {
                    vector(a.array(), left, a.columnStride(), b, bAt + next, bStride, depth, c.array(), to + next);
                }
                if (whole < columns) {
                    part(a.array(), left, a.columnStride(), b, bAt + whole, bStride, depth, c.array(), to + whole, columns - whole);
                }
            }
        }
    }

    private static void wide(float[] a, int at, int stride, float[] b, int bAt, int bStride, int k, float[] c, int to) {
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
