package io.fluxo.op;

import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.shape.Shape;

/**
 * A {@link MatMul} as products of matrices: {@code batch} of them, each [m k] · [k n]. Where one right side serves all rows of an untransposed left side, they are one product.
 *
 * @param leftRows    of each left matrix, as it is stored
 * @param leftColumns likewise
 * @param shared      whether all have the same right side
 */
public record ProductSizes(int m, int n, int k, int batch, int leftRows, int leftColumns, boolean shared) {

    /** @param result the product's shape */
    public static ProductSizes of(MatMul op, Shape left, Shape right, Shape result) {
        int columns = left.size(-1);
        int rows = left.rank() == 1 ? 1 : left.size(-2);
        int m = op.transposeLeft() ? columns : rows;
        int k = op.transposeLeft() ? rows : columns;
        int batch = 1;
        for (int axis = 0; axis < left.rank() - 2; axis++) {
            batch *= left.size(axis);
        }
        boolean shared = right.rank() == 2;
        boolean one = shared && !op.transposeLeft();
        return new ProductSizes(one ? m * batch : m, result.size(-1), k, one ? 1 : batch, rows, columns, shared);
    }
}
