package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.driver.MatrixProduct.Epilogue;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.driver.MatrixProduct;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.PrimitiveOp.MatMul;
import io.fluxo.op.ProductSizes;

/**
 * Matrix products by cuBLASLt, which stores matrices column by column: a row-major matrix is its own transpose there, so that y = a b is computed as yᵀ = bᵀ aᵀ without
 * moving anything.
 */
final class Products {

    private final Gpu gpu;
    private final Movements movements;

    Products(Gpu gpu) {
        this.gpu = gpu;
        this.movements = new Movements(gpu);
    }

    /**
     * A row-major product: y [m n] = op(a) [m k] · op(b) [k n].
     *
     * @param batch   how many
     * @param strideA elements from one a to the next
     */
    record RowMajor(int m, int n, int k, boolean transposeA, boolean transposeB, int batch, long strideA, long strideB) {

        /** Elements of one side, which has {@code size} rows or columns beside k. */
        private long elements(int size, long stride) {
            return (long) size * k * (stride == 0 ? 1 : batch);
        }
    }

    Runnable matMul(MatMul op, GpuTensor a, GpuTensor b, GpuTensor y) {
        ProductSizes sizes = ProductSizes.of(op, a.shape(), b.shape(), y.shape());
        return product(new RowMajor(sizes.m(), sizes.n(), sizes.k(), op.transposeLeft(), op.transposeRight(), sizes.batch(), (long) sizes.leftRows() * sizes.leftColumns(),
                sizes.shared() ? 0 : (long) sizes.k() * sizes.n()), a.address(), b.address(),
                y.address(), Epilogue.NONE, 0, false);
    }

    /**
     * @param epilogue what follows, on the columns of y
     * @param vector   what the epilogue reads or writes, n numbers; 0 where it needs none
     * @param adds     whether the result is added to what y holds
     */
    Runnable product(RowMajor p, long a, long b, long y, Epilogue epilogue, long vector, boolean adds) {
        if (p.m == 0 || p.n == 0 || p.batch == 0) {
            return () -> { };
        }
        if (p.k == 0) {
            return adds ? () -> { } : () -> gpu.driver().fill(y, (byte) 0, (long) p.m * p.n * p.batch * Float.BYTES, gpu.stream());
        }
        MatrixProduct product = matrixProduct(p, epilogue, adds);
        if (gpu.precision() != Precision.BF16) {
            return () -> gpu.multiply(product, b, a, y, vector);
        }
        long left = p.elements(p.m, p.strideA);
        long right = p.elements(p.n, p.strideB);
        long roundedA = gpu.memory().lend(left * Short.BYTES);
        long roundedB = gpu.memory().lend(right * Short.BYTES);
        Runnable roundingA = movements.toBf16(a, roundedA, left);
        Runnable roundingB = movements.toBf16(b, roundedB, right);
        return () -> {
            roundingA.run();
            roundingB.run();
            gpu.multiply(product, roundedB, roundedA, y, vector);
        };
    }

    /** Whether cuBLASLt computes {@code p} with {@code epilogue}. */
    boolean has(RowMajor p, Epilogue epilogue) {
        return p.m > 0 && p.n > 0 && p.k > 0 && p.batch > 0 && gpu.has(matrixProduct(p, epilogue, false));
    }

    private MatrixProduct matrixProduct(RowMajor p, Epilogue epilogue, boolean adds) {
        return new MatrixProduct(p.n, p.m, p.k, p.transposeB, p.transposeA, p.transposeB ? p.k : p.n, p.transposeA ? p.m : p.k, p.n, p.batch, p.strideB, p.strideA,
                (long) p.m * p.n, gpu.precision(), epilogue, adds);
    }
}
