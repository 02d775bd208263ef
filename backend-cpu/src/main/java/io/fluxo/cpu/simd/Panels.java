package io.fluxo.cpu.simd;

import static io.fluxo.cpu.simd.Lanes.F;
import static io.fluxo.cpu.simd.Lanes.L;

import jdk.incubator.vector.FloatVector;

/**
 * The right side of a product, packed for the micro-kernel: panels of {@link #WIDTH} columns, each with its rows one after the other, padded
 * with zeros. Panel p begins at p · k · WIDTH.
 */
final class Panels {

    /** Columns of a panel: two vectors. */
    static final int WIDTH = 2 * L;

    private Panels() {}

    /** Floats that k × n takes. */
    static int size(int k, int n) {
        return count(n) * k * WIDTH;
    }

    static int count(int n) {
        return (n + WIDTH - 1) / WIDTH;
    }

    /**
     * Packs panel {@code panel} of a k × n matrix whose element (p, j) lies at {@code at + p·rowStride + j·columnStride}, into panels that
     * begin at {@code packedAt}.
     */
    static void pack(float[] b, int at, int rowStride, int columnStride, int k, int n, int panel, float[] packed,
                     int packedAt) {
        int first = panel * WIDTH;
        int columns = Math.min(WIDTH, n - first);
        int to = packedAt + first * k;
        int from = at + first * columnStride;
        if (columnStride == 1 && columns == WIDTH) {
            copyRows(b, from, rowStride, k, packed, to);
        } else if (columnStride == 1) {
            for (int p = 0; p < k; p++) {
                System.arraycopy(b, from + p * rowStride, packed, to + p * WIDTH, columns);
                zero(packed, to + p * WIDTH + columns, WIDTH - columns);
            }
        } else {
            transpose(b, from, rowStride, columnStride, k, columns, packed, to);
        }
    }

    private static void copyRows(float[] b, int from, int rowStride, int k, float[] packed, int to) {
        for (int p = 0; p < k; p++) {
            FloatVector.fromArray(F, b, from + p * rowStride).intoArray(packed, to + p * WIDTH);
            FloatVector.fromArray(F, b, from + p * rowStride + L).intoArray(packed, to + p * WIDTH + L);
        }
    }

    /** Columns that lie apart, as in a transposed matrix. */
    private static void transpose(float[] b, int from, int rowStride, int columnStride, int k, int columns, float[] packed, int to) {
        if (rowStride != 1) {
            strided(b, from, rowStride, columnStride, k, columns, packed, to);
        } else {
            for (int j = 0; j < columns; j += Lanes.BLOCK) {
                Transposition.copy(b, from + j * columnStride, columnStride, Math.min(Lanes.BLOCK, columns - j), k, packed, to + j, WIDTH);
            }
        }
        for (int p = 0; p < k && columns < WIDTH; p++) {
            zero(packed, to + p * WIDTH + columns, WIDTH - columns);
        }
    }

    private static void strided(float[] b, int from, int rowStride, int columnStride, int k, int columns, float[] packed, int to) {
        for (int j = 0; j < columns; j++) {
            for (int p = 0; p < k; p++) {
                packed[to + j + p * WIDTH] = b[from + j * columnStride + p * rowStride];
            }
        }
    }

    private static void zero(float[] array, int at, int count) {
        for (int i = at; i < at + count; i++) {
            array[i] = 0;
        }
    }
}
