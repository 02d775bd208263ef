package io.fluxo.cuda.driver;

/**
 * A matrix product as cuBLASLt knows it, column by column: C [m n] = op(A) [m k] · op(B) [k n] + beta · C, for each of a batch.
 *
 * @param transposeA whether A is stored as [k m]
 * @param transposeB whether B is stored as [n k]
 * @param lda        elements from one column of A, as it is stored, to the next
 * @param batch      how many products
 * @param strideA    elements from one A to the next; 0 where all share one
 * @param precision  what it multiplies
 * @param epilogue   what is done with the result before it is written
 * @param adds       whether the result is added to what C holds
 */
public record MatrixProduct(long m, long n, long k, boolean transposeA, boolean transposeB, long lda, long ldb, long ldc, int batch, long strideA, long strideB,
        long strideC, Precision precision, Epilogue epilogue, boolean adds) {

    /** How numbers are multiplied; sums are float32 always, and so is C. */
    public enum Precision {
        /** float32. */
        F32(68, 0),
        /** float32 whose factors are rounded to TF32's 10 bits. */
        TF32(77, 0),
        /** A and B in bfloat16. */
        BF16(68, 14);

        private final int compute;
        private final int type;

        Precision(int compute, int type) {
            this.compute = compute;
            this.type = type;
        }

        /** cuBLAS's number of the computation. */
        int compute() {
            return compute;
        }

        /** CUDA's number of the factors' type. */
        int type() {
            return type;
        }
    }

    /** What follows on the product, by cuBLASLt's numbers. */
    public enum Epilogue {
        NONE(1),
        /** Adds a vector of m numbers to each column. */
        BIAS(4),
        /** Writes the sums over k of op(A), m numbers, to the bias's place: the gradient of a bias. */
        SUMS_OF_A(256);

        private final int number;

        Epilogue(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }
}
