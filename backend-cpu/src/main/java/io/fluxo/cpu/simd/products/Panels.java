package io.fluxo.cpu.simd.products;

import static io.fluxo.cpu.simd.vector.Lanes.F;
import static io.fluxo.cpu.simd.vector.Lanes.L;

import io.fluxo.cpu.simd.vector.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * The right side of a product as the micro-kernel takes it, in panels of {@link #WIDTH} columns: row p of the panel j at
 * {@code at + j·panel + p·rowStride}. Packed panels are padded with zeros.
 */
record Panels(float[] array, int at, int panel, int rowStride) {

    /** Columns of a panel: two vectors. */
    static final int WIDTH = 2 * L;

    /** Whether the micro-kernel reads {@code n} columns well where they lie. */
    static boolean readable(StridedMatrix b, int n) {
        return b.columnStride() == 1 && n % WIDTH == 0 && StridedMatrix.spreads(b.rowStride());
    }

    static Panels inPlace(StridedMatrix b) {
        return new Panels(b.array(), b.at(), WIDTH, b.rowStride());
    }

    /** Of {@code depth} rows, from {@code at} on: what {@link #pack} fills. */
    static Panels packed(float[] array, int at, int depth) {
        return new Panels(array, at, WIDTH * depth, WIDTH);
    }

    /** Floats that k × n takes. */
    static int size(int k, int n) {
        return count(n) * k * WIDTH;
    }

    static int count(int n) {
        return (n + WIDTH - 1) / WIDTH;
    }

    /** Where panel {@code j} begins. */
    int at(int j) {
        return at + j * panel;
    }

    /** The same panels from row {@code p} on. */
    Panels from(int p) {
        return new Panels(array, at + p * rowStride, panel, rowStride);
    }

    /** All of b (k × n), where it lies or packed into {@code scratch} from {@code to} on. */
    static Panels of(StridedMatrix b, int k, int n, float[] scratch, int to) {
        if (readable(b, n)) {
            return inPlace(b);
        }
        Panels packed = packed(scratch, to, k);
        for (int j = 0; j < count(n); j++) {
            packed.pack(b, k, n, j);
        }
        return packed;
    }

    /** Fills panel {@code j} of these with b (k × n). */
    void pack(StridedMatrix b, int k, int n, int j) {
        int columns = Math.min(WIDTH, n - j * WIDTH);
        int from = b.at() + j * WIDTH * b.columnStride();
        int to = at(j);
        if (b.columnStride() == 1 && columns == WIDTH) {
            copyRows(b.array(), from, b.rowStride(), k, array, to);
        } else if (b.columnStride() == 1) {
            for (int p = 0; p < k; p++) {
                System.arraycopy(b.array(), from + p * b.rowStride(), array, to + p * WIDTH, columns);
                zero(array, to + p * WIDTH + columns, WIDTH - columns);
            }
        } else {
            transpose(b.array(), from, b.rowStride(), b.columnStride(), k, columns, array, to);
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
