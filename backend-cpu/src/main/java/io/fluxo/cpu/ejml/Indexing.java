package io.fluxo.cpu.ejml;

import io.fluxo.cpu.ejml.EjmlValues.Reals;
import io.fluxo.cpu.ejml.EjmlValues.Integers;
import io.fluxo.op.Op;
import io.fluxo.op.PrimitiveOp.Gather;
import io.fluxo.op.PrimitiveOp.ScatterAdd;
import io.fluxo.shape.Shape;
import io.fluxo.text.Text;

/** Rows by index, and back. */
final class Indexing {

    private Indexing() {}

    static EjmlValues gather(Gather op, EjmlTensor table, EjmlTensor indices, Shape shape) {
        int width = table.shape().elementsFrom(1);
        long[] rows = indices.values().integers();
        int[] positions = new int[shape.elements()];
        for (int i = 0; i < rows.length; i++) {
            int row = row(op, rows, i, table.shape().size(0));
            for (int j = 0; j < width; j++) {
                positions[i * width + j] = row * width + j;
            }
        }
        return table.values().pick(positions);
    }

    static EjmlValues scatterAdd(ScatterAdd op, EjmlTensor indices, EjmlTensor values, Shape shape) {
        int width = shape.elementsFrom(1);
        long[] rows = indices.values().integers();
        EjmlValues sums = values.values().filled(shape.elements(), 0);
        for (int i = 0; i < rows.length; i++) {
            int row = row(op, rows, i, shape.size(0));
            for (int j = 0; j < width; j++) {
                switch (values.values()) {
                    case Reals(double[] in) -> sums.reals()[row * width + j] += in[i * width + j];
                    case Integers(long[] in) -> sums.integers()[row * width + j] += in[i * width + j];
                }
            }
        }
        return sums;
    }

    private static int row(Op op, long[] rows, int position, int bound) {
        long row = rows[position];
        if (row < 0 || row >= bound) {
            throw new IndexOutOfBoundsException(Text.format("%s: index %d, number %d of its tensor, is outside 0 … %d", op.name(), row, position, bound - 1));
        }
        return (int) row;
    }
}
