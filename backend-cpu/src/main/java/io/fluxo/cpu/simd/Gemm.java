package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Panels.WIDTH;

/**
 * C = A·B, or C += A·B, in float32: B packed into panels, A read in place with any strides (so a transposed A costs nothing), or packed
 * where it is large. Work is shared out by rows of C.
 */
final class Gemm {

    /** Depth of a block: a panel of B of this depth stays in the first-level cache's reach. */
    private static final int DEPTH = 384;
    /** Rows of A that are packed and used together. */
    private static final int ROWS = 96;
    /** Multiply-adds below which sharing out costs more than it saves. */
    private static final long SHARE = 1 << 17;
    /** Elements of A from which packing it pays: beyond this it falls out of the second-level cache. */
    private static final int PACK_A = 1 << 15;

    private final Memory memory;
    private final Workers workers;

    Gemm(Memory memory, Workers workers) {
        this.memory = memory;
        this.workers = workers;
    }

    /** A matrix in an array: element (i, j) at {@code at + i·rowStride + j·columnStride}. */
    record Matrix(float[] array, int at, int rowStride, int columnStride) {

        /** Row-major with {@code columns} columns. */
        static Matrix of(float[] array, int columns) {
            return new Matrix(array, 0, columns, 1);
        }

        Matrix from(int offset) {
            return new Matrix(array, at + offset, rowStride, columnStride);
        }

        Matrix transposed() {
            return new Matrix(array, at, columnStride, rowStride);
        }
    }

    /**
     * c(i, j) = bias[j] + Σ_p a(i, p)·b(p, j), added in this order.
     *
     * @param c    with columns side by side
     * @param bias n floats, or null for zero
     */
    void multiply(int m, int n, int k, Matrix a, Matrix b, Matrix c, float[] bias) {
        if (m == 0 || n == 0) {
            return;
        }
        float[] packed = memory.borrow(Panels.size(Math.min(k, DEPTH), n) * Math.max(1, (k + DEPTH - 1) / DEPTH));
        packAll(k, n, b, packed);
        int share = rowsPerTask(m, (long) m * n * k);
        int count = (m + share - 1) / share;
        boolean packA = (long) m * k >= PACK_A;
        float[][] scratch = new float[count][];
        for (int i = 0; i < count; i++) {
            scratch[i] = memory.borrow(roundUp(share) * Math.min(k, DEPTH) + 12 * WIDTH);
        }
        workers.run(count, task -> {
            int from = task * share;
            rows(from, Math.min(m, from + share), n, k, a, packA, packed, c, bias, scratch[task]);
        });
        for (float[] each : scratch) {
            memory.release(each);
        }
        memory.release(packed);
    }

    /** Whole tiles, few enough rows to stay in the cache, and at least one task for each worker where the product is large. */
    private int rowsPerTask(int m, long work) {
        int fair = work < SHARE ? m : (m + workers.count() - 1) / workers.count();
        return Math.min(ROWS, roundUp(fair));
    }

    private static int roundUp(int rows) {
        return (rows + 11) / 12 * 12;
    }

    /** Packs all of B, one depth block after the other. */
    private void packAll(int k, int n, Matrix b, float[] packed) {
        int panels = Panels.count(n);
        int block = Panels.size(Math.min(k, DEPTH), n);
        int blocks = (k + DEPTH - 1) / DEPTH;
        boolean share = (long) k * n >= SHARE / 2;
        if (share) {
            workers.run(blocks * panels, task -> packOne(k, n, b, packed, block, task / panels, task % panels));
        } else {
            for (int task = 0; task < blocks * panels; task++) {
                packOne(k, n, b, packed, block, task / panels, task % panels);
            }
        }
    }

    private static void packOne(int k, int n, Matrix b, float[] packed, int blockSize, int block, int panel) {
        int depth = Math.min(DEPTH, k - block * DEPTH);
        Panels.pack(b.array, b.at + block * DEPTH * b.rowStride, b.rowStride, b.columnStride, depth, n, panel, packed, block * blockSize);
    }

    private static void rows(int from, int to, int n, int k, Matrix a, boolean packA, float[] packedB, Matrix c, float[] bias, float[] scratch) {
        int block = Panels.size(Math.min(k, DEPTH), n);
        int tile = scratch.length - 12 * WIDTH;
        for (int p = 0; p < k || p == 0; p += DEPTH) {
            int depth = Math.min(DEPTH, k - p);
            Matrix left = a.from(from * a.rowStride + p * a.columnStride);
            if (packA) {
                packRows(left, to - from, depth, scratch);
                left = new Matrix(scratch, 0, 1, 12);
            }
            for (int j = 0; j < n; j += WIDTH) {
                Matrix target = c.from(from * c.rowStride + j);
                Matrix start = p > 0 ? target : bias == null ? null : new Matrix(bias, j, 0, 1);
                strip(to - from, left, packA, packedB, p / DEPTH * block + j * depth, depth, target, Math.min(WIDTH, n - j), start, scratch, tile);
            }
        }
    }

    /**
     * All rows against one panel. Packed rows come in groups of twelve, each group's depth one after the other.
     *
     * @param start what the sums begin with, row by row: {@code c} to add to it, a bias, or null for zero
     * @param tile  where {@code scratch} has room for a tile, for panels narrower than a tile
     */
    static void strip(int rows, Matrix a, boolean packed, float[] b, int panel, int depth, Matrix c, int columns, Matrix start, float[] scratch,
                      int tile) {
        boolean whole = columns == WIDTH;
        float[] target = whole ? c.array : scratch;
        int ld = whole ? c.rowStride : WIDTH;
        float[] from = start == null ? null : whole ? start.array : scratch;
        int fromStride = start == null ? 0 : whole ? start.rowStride : WIDTH;
        int i = 0;
        while (i < rows) {
            int height = height(rows - i);
            int source = packed ? a.at + i / 12 * 12 * depth + i % 12 : a.at + i * a.rowStride;
            int to = whole ? c.at + i * c.rowStride : tile;
            int fromAt = start == null ? 0 : whole ? start.at + i * start.rowStride : tile;
            if (!whole && start != null) {
                copy(start.array, start.at + i * start.rowStride, start.rowStride, scratch, tile, WIDTH, height, columns);
            }
            switch (height) {
                case 12 -> MicroKernel.rows12(a.array, source, a.rowStride, a.columnStride, b, panel, depth, target, to, ld, from, fromAt, fromStride);
                case 6 -> MicroKernel.rows6(a.array, source, a.rowStride, a.columnStride, b, panel, depth, target, to, ld, from, fromAt, fromStride);
                case 2 -> MicroKernel.rows2(a.array, source, a.rowStride, a.columnStride, b, panel, depth, target, to, ld, from, fromAt, fromStride);
                default -> MicroKernel.rows1(a.array, source, a.rowStride, a.columnStride, b, panel, depth, target, to, ld, from, fromAt, fromStride);
            }
            if (!whole) {
                copy(scratch, tile, WIDTH, c.array, c.at + i * c.rowStride, c.rowStride, height, columns);
            }
            i += height;
        }
    }

    /** The tallest kernel that fits the registers and the rows left. */
    private static int height(int rows) {
        if (rows >= 12 && Lanes.L == 16) {
            return 12;
        }
        return rows >= 6 ? 6 : rows >= 2 ? 2 : 1;
    }

    private static void packRows(Matrix a, int rows, int depth, float[] packed) {
        for (int i = 0; i < rows; i++) {
            int source = a.at + i * a.rowStride;
            int target = i / 12 * 12 * depth + i % 12;
            for (int q = 0; q < depth; q++) {
                packed[target + q * 12] = a.array[source + q * a.columnStride];
            }
        }
    }

    private static void copy(float[] from, int at, int fromStride, float[] to, int toAt, int toStride, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, at + i * fromStride, to, toAt + i * toStride, columns);
        }
    }
}
