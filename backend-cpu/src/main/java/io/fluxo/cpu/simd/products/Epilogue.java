package io.fluxo.cpu.simd.products;

import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.workers.Workers;

/**
 * What is done with a product's elements as soon as they are finished, while they are in the cache: an activation, the sum with the residual
 * stream, a norm. It does what the operation by itself would do with these elements, so that results do not depend on whether it is used.
 *
 * @param body what is done
 */
public record Epilogue(Body body) {

    /** Elements that are done in one call: some microseconds of work (see {@link Workers}). */
    private static final int CUT = 4096;

    /** Rows and columns that are finished. */
    @FunctionalInterface
    public interface Body {
        void over(int fromRow, int toRow, int fromColumn, int toColumn);
    }

    /** A range of elements or of rows, the end exclusive. */
    @FunctionalInterface
    public interface Span {
        void over(int from, int to);
    }

    /** Element by element of rows of {@code columns}, in whole vectors: see {@link #fits}. */
    public static Epilogue elementwise(int columns, Span body) {
        return new Epilogue((fromRow, toRow, fromColumn, toColumn) -> {
            if (fromColumn == 0 && toColumn == columns) {
                cut(fromRow * columns, toRow * columns, CUT, body);
            } else {
                for (int row = fromRow; row < toRow; row++) {
                    body.over(row * columns + fromColumn, row * columns + toColumn);
                }
            }
        });
    }

    /** Whether parts of rows of {@code columns} begin and end with whole vectors. */
    public static boolean fits(int columns) {
        return columns % Lanes.BLOCK == 0;
    }

    /** Row by row, {@code unit} rows or a multiple of it in one call. */
    public static Epilogue rows(int columns, int unit, Span body) {
        int each = Math.max(1, CUT / Math.max(1, columns) / unit) * unit;
        return new Epilogue((fromRow, toRow, _, _) -> cut(fromRow, toRow, each, body));
    }

    private static void cut(int from, int to, int cut, Span body) {
        for (int i = from; i < to; i += cut) {
            body.over(i, Math.min(to, i + cut));
        }
    }
}
