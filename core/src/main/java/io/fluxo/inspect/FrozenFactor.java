package io.fluxo.inspect;

import io.fluxo.block.Factor;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A {@link Factor} as numbers, as it was in one run: a matrix for each token, with a row for each stream that takes and a column for each that is taken.
 *
 * @param to     rows
 * @param from   columns
 * @param values row-major, token by token; one for all tokens where they do not differ
 */
public record FrozenFactor(int to, int from, double[]... values) {

    /**
     * On a stream.
     *
     * @param to    how many streams run side by side after it
     * @param from  how many before
     * @param shown the value at a point, token by token
     */
    public static FrozenFactor ofStream(Factor factor, int to, int from, Function<String, double[]> shown) {
        return switch (factor) {
            case Factor.Fixed(double value) -> each(to, from, (i, j) -> i == j ? value : 0);
            case Factor.Shown(String point) -> shown(to, from, shown.apply(point));
            case Factor.Last() -> throw new IllegalArgumentException("a stream is carried, and cannot join the last of those side by side");
        };
    }

    /** On what joins {@code to} streams side by side. */
    public static FrozenFactor ofContribution(Factor factor, int to, Function<String, double[]> shown) {
        return switch (factor) {
            case Factor.Fixed(double value) -> each(to, 1, (_, _) -> value);
            case Factor.Shown(String point) -> shown(to, 1, shown.apply(point));
            case Factor.Last() -> each(to, 1, (i, _) -> i == to - 1 ? 1 : 0);
        };
    }

    /** On {@code from} streams side by side where they become one. */
    public static FrozenFactor ofEnd(Factor factor, int from, Function<String, double[]> shown) {
        return switch (factor) {
            case Factor.Fixed(double value) -> each(1, from, (_, _) -> value);
            case Factor.Shown(String point) -> shown(1, from, shown.apply(point));
            case Factor.Last() -> each(1, from, (_, j) -> j == from - 1 ? 1 : 0);
        };
    }

    private interface Entry {
        double at(int i, int j);
    }

    private static FrozenFactor each(int to, int from, Entry entry) {
        double[] matrix = new double[to * from];
        Arrays.setAll(matrix, k -> entry.at(k / from, k % from));
        return new FrozenFactor(to, from, matrix);
    }

    private static FrozenFactor shown(int to, int from, double[] all) {
        if (all.length % (to * from) != 0) {
            throw new IllegalArgumentException("a factor on " + from + " streams side by side, of which " + to + " take, is shown as " + all.length + " numbers");
        }
        double[][] values = new double[all.length / (to * from)][];
        Arrays.setAll(values, token -> Arrays.copyOfRange(all, token * to * from, (token + 1) * to * from));
        return new FrozenFactor(to, from, values);
    }

    /** What stream {@code i} takes of stream {@code j}. */
    public double at(int token, int i, int j) {
        return values[values.length == 1 ? 0 : token][i * from + j];
    }

    /** Whether nothing is multiplied, and nothing taken together. */
    public boolean isOne() {
        return to == from && values.length == 1 && Arrays.equals(values[0], each(to, from, (i, j) -> i == j ? 1 : 0).values[0]);
    }

    /** What becomes of {@code streams}, one after the other in a row. */
    public double[] applied(int token, double[] streams) {
        int width = streams.length / from;
        double[] result = new double[to * width];
        for (int i = 0; i < to; i++) {
            for (int j = 0; j < from; j++) {
                add(result, i * width, at(token, i, j), streams, j * width, width);
            }
        }
        return result;
    }

    /** The transposed: direction · applied(streams) = pulledBack(direction) · streams. */
    public double[] pulledBack(int token, double[] direction) {
        int width = direction.length / to;
        double[] result = new double[from * width];
        for (int i = 0; i < to; i++) {
            for (int j = 0; j < from; j++) {
                add(result, j * width, at(token, i, j), direction, i * width, width);
            }
        }
        return result;
    }

    private static void add(double[] sum, int at, double factor, double[] values, int first, int width) {
        if (factor != 0) {
            for (int c = 0; c < width; c++) {
                sum[at + c] += factor * values[first + c];
            }
        }
    }
}
