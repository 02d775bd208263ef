package io.fluxo.cpu.simd.workers;

/**
 * Rows that are added up piece by piece, each worker its own; the pieces' sums are added in the end. A worker that made some rows has them in
 * its cache; what another worker made is farther away, and between cores that share no cache as far as main memory. How many pieces there
 * are depends on nothing but the shape, and so do the sums.
 */
public record Pieces(int rows, int count) {

    private static final int MOST = 16;

    /** Elements of a piece, at least: the time of a few microseconds. */
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
