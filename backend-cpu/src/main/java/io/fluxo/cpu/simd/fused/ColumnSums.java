package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.loops.Reductions;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.workers.Pieces;

/**
 * Sums over rows, column by column: each piece of the rows adds up into a place of its own, and these are added in the end.
 *
 * @param parts the pieces' sums, one after the other; null if the sums are not needed
 * @param sums  receives the sums, or null
 */
record ColumnSums(Pieces pieces, int columns, float[] parts, float[] sums) {

    /** @param sums receives the sums; null if they are not needed */
    static ColumnSums of(Memory memory, Pieces pieces, int columns, float[] sums) {
        return new ColumnSums(pieces, columns, sums == null ? null : memory.lend(pieces.count() * columns), sums);
    }

    /** Where a piece's sums begin among the {@link #parts}. */
    int at(int piece) {
        return piece * columns;
    }

    /** Adds up the pieces' sums, once all pieces are done. */
    void finish() {
        if (sums != null) {
            Reductions.columnSums(parts, 0, pieces.count(), columns, sums, 0);
        }
    }
}
