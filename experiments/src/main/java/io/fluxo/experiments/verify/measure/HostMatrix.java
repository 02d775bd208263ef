package io.fluxo.experiments.verify.measure;

import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Row-major numbers [rows columns] on the host. */
public record HostMatrix(double[] values, int columns) {

    public double at(int row, int column) {
        return values[row * columns + column];
    }

    /** Row {@code i} of one sequence of {@code array} [batch pos width]. */
    public static double[] row(HostArray array, int sequence, int i) {
        int rows = array.shape().size(1);
        int width = array.shape().elementsFrom(2);
        int start = (sequence * rows + i) * width;
        return Arrays.copyOfRange(array.toDoubles(), start, start + width);
    }
}
