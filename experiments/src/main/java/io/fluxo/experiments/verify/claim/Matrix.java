package io.fluxo.experiments.verify.claim;

import java.util.Arrays;

/** Row-major numbers [rows columns] on the host. */
record Matrix(double[] values, int columns) {

    double at(int row, int column) {
        return values[row * columns + column];
    }

    int rows() {
        return columns == 0 ? 0 : values.length / columns;
    }

    double[] row(int row) {
        return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
    }
}
