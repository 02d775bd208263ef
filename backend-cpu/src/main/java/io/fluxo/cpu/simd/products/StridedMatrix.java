package io.fluxo.cpu.simd.products;

/** A matrix in an array: element (i, j) at {@code at + i·rowStride + j·columnStride}. */
public record StridedMatrix(float[] array, int at, int rowStride, int columnStride) {

    /** Floats in a page of memory: rows whole pages apart compete for the same cache lines. */
    private static final int PAGE = 1024;

    /** Row-major with {@code columns} columns. */
    public static StridedMatrix of(float[] array, int columns) {
        return new StridedMatrix(array, 0, columns, 1);
    }

    public StridedMatrix from(int offset) {
        return new StridedMatrix(array, at + offset, rowStride, columnStride);
    }

    public StridedMatrix transposed() {
        return new StridedMatrix(array, at, columnStride, rowStride);
    }

    /** Whether what lies {@code stride} floats apart fills the caches evenly. */
    static boolean spreads(int stride) {
        return stride % PAGE != 0;
    }
}
