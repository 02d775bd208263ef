package io.fluxo.cpu.simd.workers;

/**
 * Rows that are summed piece by piece, each piece by one worker; the pieces' sums are added at the end. A worker that computed some rows has them in
 * its cache. Other workers' rows are slower to reach: as slow as main memory, between cores that share no cache. The number of pieces depends only on
 * the shape, and so do the sums.
 */
public record Pieces(int rows, int count) {

    private static final int MOST = 16;

    /** Fewest elements of a piece: a few microseconds of work. */
    private static final int ELEMENTS = 8192;

    /** For sums over rows × columns. */
    public static Pieces of(int rows, int columns) {
        return new Pieces(rows, Math.clamp(Long.highestOneBit((long) rows * columns / ELEMENTS), 1, Math.clamp(rows, 1, MOST)));
    }

    /** The first row of a piece: the end of the one before. */
    public int from(int piece) {
        return (int) ((long) rows * piece / count);
    }
}
