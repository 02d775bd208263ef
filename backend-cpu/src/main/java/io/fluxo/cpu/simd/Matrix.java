package io.fluxo.cpu.simd;

/** A matrix in an array: element (i, j) at {@code at + i·rowStride + j·columnStride}. */
record Matrix(float[] array, int at, int rowStride, int columnStride) {

    /** Floats in a page of memory: rows whole pages apart compete for the same cache lines. */
    private static final int PAGE = 1024;

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

    /** Whether what lies {@code stride} floats apart fills the caches evenly. */
    static boolean spreads(int stride) {
        return stride % PAGE != 0;
    }
}
