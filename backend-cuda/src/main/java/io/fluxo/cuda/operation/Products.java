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

        private boolean isEmpty() {
            return m == 0 || n == 0 || k == 0 || batch == 0;
        }

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
     * A side of products, in the type that they multiply.
     *
     * @param rounding puts the values at {@code address}; to run before the products
     */
    record Side(long address, Runnable rounding) {}

    /** The float32 numbers at {@code address} as a side of products. What is lent for it lasts as long as the operation. */
    Side side(long address, long elements) {
        if (gpu.precision() != Precision.BF16) {
            return new Side(address, () -> { });
        }
        long rounded = gpu.memory().lend(elements * Short.BYTES);
        return new Side(rounded, elements == 0 ? () -> { } : movements.toBf16(address, rounded, elements));
    }

    /**
     * A product of float32 numbers.
     *
     * @param epilogue what follows, on the columns of y
     * @param vector   what the epilogue reads or writes, n numbers; 0 where it needs none
     * @param adds     whether the result is added to what y holds
     */
    Runnable product(RowMajor p, long a, long b, long y, Epilogue epilogue, long vector, boolean adds) {
        if (p.isEmpty()) {
            return empty(p, y, adds);
        }
        Side left = side(a, p.elements(p.m, p.strideA));
        Side right = side(b, p.elements(p.n, p.strideB));
        Runnable product = product(p, left, right, y, epilogue, vector, adds);
        return () -> {
            left.rounding.run();
            right.rounding.run();
            product.run();
        };
    }

    /** A product of two sides, which are {@linkplain Side#rounding rounded} before it runs. */
    Runnable product(RowMajor p, Side a, Side b, long y, Epilogue epilogue, long vector, boolean adds) {
        if (p.isEmpty()) {
            return empty(p, y, adds);
        }
        MatrixProduct product = matrixProduct(p, epilogue, adds);
        return () -> gpu.multiply(product, b.address, a.address, y, vector);
    }

    /** A product without terms is zero. */
    private Runnable empty(RowMajor p, long y, boolean adds) {
        long bytes = (long) p.m * p.n * p.batch * Float.BYTES;
        return adds || bytes == 0 ? () -> { } : () -> gpu.driver().fill(y, (byte) 0, bytes, gpu.stream());
    }

    /** Whether cuBLASLt computes {@code p} with {@code epilogue}. */
    boolean has(RowMajor p, Epilogue epilogue) {
        return !p.isEmpty() && gpu.has(matrixProduct(p, epilogue, false));
    }

    private MatrixProduct matrixProduct(RowMajor p, Epilogue epilogue, boolean adds) {
        return new MatrixProduct(p.n, p.m, p.k, p.transposeB, p.transposeA, p.transposeB ? p.k : p.n, p.transposeA ? p.m : p.k, p.n, p.batch, p.strideB, p.strideA,
                (long) p.m * p.n, gpu.precision(), epilogue, adds);
    }
}
