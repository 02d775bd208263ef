package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.products.MicroKernel.HEIGHT;
import static io.fluxo.cpu.simd.products.Panels.WIDTH;
import static io.fluxo.cpu.simd.vector.Lanes.L;
import static io.fluxo.cpu.simd.vector.Lanes.load;

import io.fluxo.cpu.simd.vector.Lanes;

/**
 * The left side of a product as the micro-kernel takes it, in strips of {@link MicroKernel#HEIGHT} rows: element (i, p) of the strip s at
 * {@code at + s·strip + i·rowStride + p·depthStride}. Either stride is 1: rows, or columns.
 */
record Strips(float[] array, int at, int strip, int rowStride, int depthStride, int rows) {

    /** Rows of zeros for sums to begin with. */
    static final StridedMatrix ZEROS = new StridedMatrix(new float[WIDTH], 0, 0, 1);

    /** Panels from which on strips are packed: reading strips in place takes more instructions or cache lines, again for each panel. */
    private static final int OFTEN = 8;

    /**
     * In place, or packed into the beginning of {@code scratch}.
     *
     * @param panels how many they are multiplied by
     */
    static Strips of(StridedMatrix a, int rows, int depth, int panels, float[] scratch) {
        return panels < OFTEN && readable(a, rows, depth) || depth <= L && a.columnStride() == 1 ? inPlace(a, rows) : packed(a, rows, depth, scratch);
    }

    /** Whether the micro-kernel reads a block of {@code a} well in place. Of a transposed matrix it would read too little of each page. */
    private static boolean readable(StridedMatrix a, int rows, int depth) {
        return a.columnStride() == 1 ? StridedMatrix.spreads(a.rowStride())
                : a.rowStride() == 1 && StridedMatrix.spreads(2 * a.columnStride()) && a.at() + (depth - 1) * a.columnStride() + whole(rows) <= a.array().length;
    }

    /** {@code rows} rounded up to whole strips. */
    static int whole(int rows) {
        return (rows + HEIGHT - 1) / HEIGHT * HEIGHT;
    }

    /** Strips in place. Of a transposed matrix the last strip is read as a whole, however many rows it has. */
    static Strips inPlace(StridedMatrix a, int rows) {
        return new Strips(a.array(), a.at(), HEIGHT * a.rowStride(), a.rowStride(), a.columnStride(), rows);
    }

    /** Copied into {@code scratch}, which has room for a vector beyond their end. */
    private static Strips packed(StridedMatrix a, int rows, int depth, float[] scratch) {
        for (int i = 0; i < rows; i += HEIGHT) {
            int height = Math.min(HEIGHT, rows - i);
            int source = a.at() + i * a.rowStride();
            int target = i * depth;
            if (a.rowStride() == 1) {
                packColumns(a.array(), source, a.columnStride(), height, depth, scratch, target);
            } else {
                packRows(a.array(), source, a.rowStride(), a.columnStride(), height, depth, scratch, target);
            }
        }
        return new Strips(scratch, 0, HEIGHT * depth, 1, HEIGHT, rows);
    }

    /** A transposed A: whole vectors, each written over the end of the one before. */
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
     * All strips times one panel.
     *
     * @param start what the sums begin with, row by row: {@code c} to add to it, a bias, or {@link #ZEROS}
     * @param tile  where {@code scratch} has room for a tile; used for incomplete tiles
     */
    void times(Panels b, int panel, int depth, StridedMatrix c, int columns, StridedMatrix start, float[] scratch, int tile) {
        for (int i = 0; i < rows; i += HEIGHT) {
            times(i, b, panel, depth, c, columns, start, scratch, tile);
        }
    }

    /** The strip from row {@code i} on times one panel. */
    void times(int i, Panels b, int panel, int depth, StridedMatrix c, int columns, StridedMatrix start, float[] scratch, int tile) {
        int height = Math.min(HEIGHT, rows - i);
        int to = c.at() + i * c.rowStride();
        int from = start.at() + i * start.rowStride();
        if (height == HEIGHT && columns == WIDTH) {
            strip(i, height, depth, b, panel, c.array(), to, c.rowStride(), start.array(), from, start.rowStride());
        } else {
            copy(start.array(), from, start.rowStride(), scratch, tile, WIDTH, height, columns);
            strip(i, height, depth, b, panel, scratch, tile, WIDTH, scratch, tile, WIDTH);
            copy(scratch, tile, WIDTH, c.array(), to, c.rowStride(), height, columns);
        }
    }

    private void strip(int i, int height, int depth, Panels b, int panel, float[] c, int to, int ldc, float[] start, int startAt, int startStride) {
        int from = at + i / HEIGHT * strip;
        if (depthStride == 1) {
            MicroKernel.rows(array, from, rowStride, height, b.array(), b.at(panel), b.rowStride(), depth, c, to, ldc, start, startAt, startStride);
        } else {
            MicroKernel.columns(array, from, depthStride, height, b.array(), b.at(panel), b.rowStride(), depth, c, to, ldc, start, startAt, startStride);
        }
    }

    private static void copy(float[] from, int at, int fromStride, float[] to, int toAt, int toStride, int rows, int columns) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, at + i * fromStride, to, toAt + i * toStride, columns);
        }
    }
}
