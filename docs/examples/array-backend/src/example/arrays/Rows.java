package example.arrays;

import io.fluxo.shape.Shape;
import io.fluxo.tensor.HostArray;
import java.util.Arrays;

/** Rows of a table by index, and back. */
final class Rows {

    private Rows() {}

    static HostArray gather(HostArray table, HostArray indices, Shape shape) {
        int width = table.shape().elementsFrom(1);
        int[] rows = rows("gather", indices, table.shape().size(0));
        int[] positions = new int[shape.elements()];
        Arrays.setAll(positions, i -> rows[i / width] * width + i % width);
        return Movements.pick(table, positions, shape);
    }

    static HostArray scatterAdd(HostArray indices, HostArray values, Shape shape) {
        int width = shape.elementsFrom(1);
        int[] rows = rows("scatterAdd", indices, shape.size(0));
        if (!values.dtype().isFloating()) {
            long[] in = Integers.of(values);
            long[] out = new long[shape.elements()];
            for (int i = 0; i < in.length; i++) {
                out[rows[i / width] * width + i % width] += in[i];
            }
            return Integers.as(values.dtype(), shape, out);
        }
        double[] in = values.toDoubles();
        double[] out = new double[shape.elements()];
        for (int i = 0; i < in.length; i++) {
            out[rows[i / width] * width + i % width] += in[i];
        }
        return HostArray.of(shape, values.dtype(), out);
    }

    private static int[] rows(String operation, HostArray indices, int count) {
        return Arrays.stream(Integers.of(indices)).mapToInt(row -> {
            if (row < 0 || row >= count) {
                throw new IndexOutOfBoundsException(operation + ": index " + row + " is outside 0 … " + (count - 1));
            }
            return (int) row;
        }).toArray();
    }
}
