package io.fluxo.experiments.verify.collapse;

import io.fluxo.tensor.HostArray;

/** How far tokens are from being alike: res(X) = X − 1xᵀ with x their mean, in the norm ‖·‖_{1,∞} = √(‖·‖₁‖·‖_∞). */
final class Residue {

    private Residue() {}

    /** ‖values‖_{1,∞}, [rows columns] row-major: the root of the largest column sum times the largest row sum of magnitudes. */
    static double norm(double[] values, int columns) {
        double[] inColumn = new double[columns];
        double row = 0;
        for (int start = 0; start < values.length; start += columns) {
            double sum = 0;
            for (int c = 0; c < columns; c++) {
                double size = Math.abs(values[start + c]);
                sum += size;
                inColumn[c] += size;
            }
            row = Double.isNaN(sum) ? sum : Math.max(row, sum);
        }
        double column = 0;
        for (double sum : inColumn) {
            column = Math.max(column, sum);
        }
        return Math.sqrt(row) * Math.sqrt(column); // the product of the two would underflow first
    }

    /** The mean of the rows. */
    static double[] mean(double[] values, int columns) {
        double[] mean = new double[columns];
        for (int i = 0; i < values.length; i++) {
            mean[i % columns] += values[i];
        }
        int rows = values.length / columns;
        for (int c = 0; c < columns; c++) {
            mean[c] /= rows;
        }
        return mean;
    }

    /** {@code values} with {@code row} taken off each row. */
    static double[] without(double[] values, double[] row) {
        double[] rest = new double[values.length];
        for (int i = 0; i < rest.length; i++) {
            rest[i] = values[i] - row[i % row.length];
        }
        return rest;
    }

    /** ‖res(X)‖ of one sequence, [1 pos d_model]. */
    static double of(HostArray stream) {
        int width = stream.shape().size(2);
        double[] x = stream.toDoubles();
        return norm(without(x, mean(x, width)), width);
    }

    /** ‖res(X)‖/‖X‖ of one sequence; not a number where every token is 0. */
    static double share(HostArray stream) {
        return of(stream) / norm(stream.toDoubles(), stream.shape().size(2));
    }
}
