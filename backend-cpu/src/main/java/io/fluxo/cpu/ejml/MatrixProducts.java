package io.fluxo.cpu.ejml;

import io.fluxo.cpu.ejml.EjmlValues.Reals;
import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.shape.Shape;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/** Batches of matrix products, each by EJML in double precision. */
final class MatrixProducts {

    private MatrixProducts() {}

    static EjmlValues multiply(MatMul op, EjmlTensor left, EjmlTensor right, Shape shape) {
        Shape l = left.shape();
        Shape r = right.shape();
        boolean shared = r.rank() == 2;
        // without a transpose, all rows of all leading axes are one tall matrix to a shared right side
        boolean tall = shared && !op.transposeLeft();
        int leftColumns = l.size(-1);
        int leftRows = tall ? rows(l) : l.rank() == 1 ? 1 : l.size(-2);
        int rightRows = r.size(-2);
        int rightColumns = r.size(-1);
        int outRows = op.transposeLeft() ? leftColumns : leftRows;
        int outColumns = op.transposeRight() ? rightRows : rightColumns;
        int batches = tall ? 1 : product(l, l.rank() - 2);
        double[] out = new double[shape.elements()];
        for (int batch = 0; batch < batches; batch++) {
            DMatrixRMaj a = matrix(left, leftRows, leftColumns, batch);
            DMatrixRMaj b = matrix(right, rightRows, rightColumns, shared ? 0 : batch);
            DMatrixRMaj c = new DMatrixRMaj(outRows, outColumns);
            multiply(op, a, b, c);
            System.arraycopy(c.data, 0, out, batch * outRows * outColumns, outRows * outColumns);
        }
        return new Reals(out);
    }

    private static void multiply(MatMul op, DMatrixRMaj a, DMatrixRMaj b, DMatrixRMaj c) {
        if (a.getNumElements() == 0 || b.getNumElements() == 0) {
            return;                                                                  // an empty sum: c is zero, or has no elements
        }
        if (op.transposeLeft() && op.transposeRight()) {
            CommonOps_DDRM.multTransAB(a, b, c);
        } else if (op.transposeLeft()) {
            CommonOps_DDRM.multTransA(a, b, c);
        } else if (op.transposeRight()) {
            CommonOps_DDRM.multTransB(a, b, c);
        } else {
            CommonOps_DDRM.mult(a, b, c);
        }
    }

    private static DMatrixRMaj matrix(EjmlTensor tensor, int rows, int columns, int batch) {
        double[] array = tensor.values().reals();
        int size = rows * columns;
        return DMatrixRMaj.wrap(rows, columns, array.length == size ? array : Arrays.copyOfRange(array, batch * size, (batch + 1) * size));
    }

    private static int rows(Shape shape) {
        return product(shape, shape.rank() - 1);
    }

    private static int product(Shape shape, int axes) {
        int product = 1;
        for (int axis = 0; axis < axes; axis++) {
            product *= shape.size(axis);
        }
        return product;
    }
}
