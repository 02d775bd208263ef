package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.L;
import static io.fluxo.cpu.simd.Lanes.load;
import static io.fluxo.cpu.simd.MicroKernel.HEIGHT;
import static io.fluxo.cpu.simd.Panels.WIDTH;

/**
 * C = A·B + bias in float32 (Goto and van de Geijn 2008): B packed into panels; A packed into strips, or read in place where packing it would
 * cost more than it saves. Work is shared out by rows of C, or by panels where that is fairer; what an element adds up, and in which order,
 * depends on neither.
 */
final class Gemm {

    /** Depth of a block: what a panel and a strip of this depth take stays near the first-level cache. */
    private static final int DEPTH = 384;
    /** Rows of A that are used together, while they are in the second-level cache. */
    private static final int ROWS = 8 * HEIGHT;
    /** Multiply-adds below which sharing out costs more than it saves. */
    private static final long SHARE = 1 << 16;
    /** Columns of C from which packing the rows of A pays: a packed strip is used once for each panel. */
    private static final int PACKING_PAYS = 384;

    private static final int TILE = HEIGHT * WIDTH;
    private static final int STRIPS = ROWS * DEPTH + Lanes.BLOCK; // packing writes whole vectors

    /** Rows of zeros for sums to begin with. */
    static final Matrix ZEROS = new Matrix(new float[WIDTH], 0, 0, 1);

    private final Memory memory;
    private final Workers workers;
    private final float[][] scratch;

    Gemm(Memory memory, Workers workers) {
        this.memory = memory;
        this.workers = workers;
        this.scratch = new float[workers.count()][STRIPS + TILE];
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
        float[] packed = memory.borrow(Panels.size(k, n));
        Product product = new Product(m, n, k, a, b, c, bias, packed);
        int strips = (m + HEIGHT - 1) / HEIGHT;
        int panels = Panels.count(n);
        int hands = (long) m * n * k < SHARE ? 1 : workers.count();
        if (strips * share(panels, hands) < share(strips, hands) * panels) {
            int each = share(panels, hands);
            workers.run(share(panels, each), (task, worker) -> {
                int from = task * each;
                int to = Math.min(panels, from + each);
                product.pack(from, to);
                product.compute(0, m, from, to, scratch[worker]);
            });
        } else {
            int rows = share(strips, hands * share(share(strips, hands), ROWS / HEIGHT)) * HEIGHT; // as many tasks for each worker
            if (hands == 1) {
                product.pack(0, panels);
            } else {
                workers.run(panels, (panel, worker) -> product.pack(panel, panel + 1));
            }
            workers.run(hands == 1 ? 1 : share(m, rows), (task, worker) -> {
                int from = task * rows;
                product.compute(from, hands == 1 ? m : Math.min(m, from + rows), 0, panels, scratch[worker]);
            });
        }
        memory.release(packed);
    }

    private static int share(int whole, int hands) {
        return (whole + hands - 1) / hands;
    }

    /** One product; its methods work on parts of C that do not overlap. */
    private record Product(int m, int n, int k, Matrix a, Matrix b, Matrix c, float[] bias, float[] packed) {

        /** Packs some panels of B, one depth block after the other. */
        private void pack(int fromPanel, int toPanel) {
            for (int p = 0; p < k; p += DEPTH) {
                for (int panel = fromPanel; panel < toPanel; panel++) {
                    Panels.pack(b.array, b.at + p * b.rowStride, b.rowStride, b.columnStride, Math.min(DEPTH, k - p), n, panel, packed, block(p));
                }
            }
        }

        /** Where the depth block that begins at {@code p} lies. */
        private int block(int p) {
            return p * Panels.count(n) * WIDTH;
        }

        /** Some rows of C by some of its panels. */
        private void compute(int fromRow, int toRow, int fromPanel, int toPanel, float[] scratch) {
            for (int i = fromRow; i < toRow; i += ROWS) {
                int rows = Math.min(ROWS, toRow - i);
                for (int p = 0; p < k || p == 0; p += DEPTH) {
                    int depth = Math.min(DEPTH, k - p);
                    Strips left = Strips.of(a.from(i * a.rowStride + p * a.columnStride), rows, depth, n, scratch);
                    for (int panel = fromPanel; panel < toPanel; panel++) {
                        int j = panel * WIDTH;
                        Matrix target = c.from(i * c.rowStride + j);
                        Matrix start = p > 0 ? target : bias == null ? ZEROS : new Matrix(bias, j, 0, 1);
                        left.times(packed, block(p) + j * depth, depth, target, Math.min(WIDTH, n - j), start, scratch, STRIPS);
                    }
                }
            }
        }
    }

    /**
     * Rows of A as the micro-kernel takes them.
     *
     * @param rowStride between rows that lie in place; 0 where they are packed
     */
    record Strips(float[] array, int at, int rowStride, int rows) {

        /** In place, or packed into the beginning of {@code scratch}: as fits a product with {@code n} columns. */
        private static Strips of(Matrix a, int rows, int depth, int n, float[] scratch) {
            boolean clash = a.rowStride % 1024 == 0 && depth > L; // rows whole pages apart compete for the same cache lines
            return a.columnStride == 1 && n < PACKING_PAYS && !clash ? inPlace(a, rows) : packed(a, rows, depth, scratch, 0);
        }

        /** Rows with their elements side by side. */
        static Strips inPlace(Matrix a, int rows) {
            return new Strips(a.array, a.at, a.rowStride, rows);
        }

        /** Copies of rows, from {@code to} on, with room for a vector beyond their end. */
        static Strips packed(Matrix a, int rows, int depth, float[] scratch, int to) {
            for (int i = 0; i < rows; i += HEIGHT) {
                int height = Math.min(HEIGHT, rows - i);
                int source = a.at + i * a.rowStride;
                int target = to + i * depth;
                if (a.rowStride == 1) {
                    packColumns(a.array, source, a.columnStride, height, depth, scratch, target);
                } else {
                    packRows(a.array, source, a.rowStride, a.columnStride, height, depth, scratch, target);
                }
            }
            return new Strips(scratch, to, 0, rows);
        }

        /** A transposed A: the strip's elements of one depth lie side by side. Whole vectors, each written over the end of the one before. */
        private static void packColumns(float[] a, int at, int stride, int height, int depth, float[] packed, int to) {
            int whole = Math.max(0, Math.min(depth, (a.length - at - Lanes.BLOCK) / Math.max(1, stride)));
            for (int p = 0; p < whole; p++) {
                for (int i = 0; i < HEIGHT; i += L) {
                    load(a, at + p * stride + i).intoArray(packed, to + p * HEIGHT + i);
                }
            }
            for (int p = whole; p < depth; p++) {
                System.arraycopy(a, at + p * stride, packed, to + p * HEIGHT, height);
            }
        }

        private static void packRows(float[] a, int at, int rowStride, int stride, int height, int depth, float[] packed, int to) {
            if (stride == 1) {
                Transposition.copy(a, at, rowStride, height, depth, packed, to, HEIGHT);
                return;
            }
            for (int i = 0; i < height; i++) {
                for (int p = 0; p < depth; p++) {
                    packed[to + p * HEIGHT + i] = a[at + i * rowStride + p * stride];
                }
            }
        }

        /**
         * These rows times one panel.
         *
         * @param start what the sums begin with, row by row: {@code c} to add to it, a bias, or {@link #ZEROS}
         * @param tile  where {@code scratch} has room for a tile, for what does not fill one
         */
        void times(float[] b, int panel, int depth, Matrix c, int columns, Matrix start, float[] scratch, int tile) {
            for (int i = 0; i < rows; i += HEIGHT) {
                times(i, b, panel, depth, c, columns, start, scratch, tile);
            }
        }

        /** The strip from row {@code i} on times one panel. */
        void times(int i, float[] b, int panel, int depth, Matrix c, int columns, Matrix start, float[] scratch, int tile) {
            int height = Math.min(HEIGHT, rows - i);
            int to = c.at + i * c.rowStride;
            int from = start.at + i * start.rowStride;
            if (height == HEIGHT && columns == WIDTH) {
                strip(i, depth, b, panel, c.array, to, c.rowStride, start.array, from, start.rowStride);
            } else {
                copy(start.array, from, start.rowStride, scratch, tile, WIDTH, height, columns);
                strip(i, depth, b, panel, scratch, tile, WIDTH, scratch, tile, WIDTH);
                copy(scratch, tile, WIDTH, c.array, to, c.rowStride, height, columns);
            }
        }

        private void strip(int i, int depth, float[] b, int panel, float[] c, int to, int ldc, float[] start, int startAt, int startStride) {
            if (rowStride == 0) {
                MicroKernel.packed(array, at + i * depth, b, panel, depth, c, to, ldc, start, startAt, startStride);
            } else {
                MicroKernel.inPlace(array, at + i * rowStride, rowStride, rows - i - 1, b, panel, depth, c, to, ldc, start, startAt, startStride);
            }
        }
    }

    private static void copy(float[] from, int at, int fromStride, float[] to, int toAt, int toStride, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, at + i * fromStride, to, toAt + i * toStride, columns);
        }
    }
}
