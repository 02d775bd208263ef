package io.fluxo.cpu.simd;

import io.fluxo.cpu.simd.Gemm.Batch;
import io.fluxo.cpu.simd.Gemm.Product;
import io.fluxo.cpu.simd.Kernel.Form.Includes;
import io.fluxo.cpu.simd.Workers.Part;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * ∂x = g Wᵀ, ∂W = xᵀ g and ∂b = Σ g of y = x W + b.
 *
 * <p>A worker that made some rows of x and g has them in its cache; what another worker made is farther away, and on cores that share no
 * cache as far as main memory. Where rows are many, ∂W is therefore a sum over pieces of them, so that each worker reads its own. How many
 * pieces there are depends on nothing but the shapes.
 */
final class LinearGradient {

    /** Rows of a piece, at least: the additions at the end are few beside them. */
    private static final int ROWS = 384;

    private final Memory memory;
    private final Workers workers;
    private final Gemm gemm;

    LinearGradient(Memory memory, Workers workers, Gemm gemm) {
        this.memory = memory;
        this.workers = workers;
        this.gemm = gemm;
    }

    /**
     * @param k  features of x
     * @param n  features of y
     * @param onto whether dx is added to
     * @param db receives ∂b, or null where there is no bias
     */
    Kernel plan(int rows, int k, int n, float[] x, float[] w, float[] g, float[] dx, boolean onto, float[] dw, float[] db) {
        Matrix input = Matrix.of(dx, k);
        Product product = new Product(rows, k, n, Matrix.of(g, n), Matrix.of(w, n).transposed(), input, onto ? input : null);
        Function<Product, Runnable> with = forInput -> plan(forInput, rows, k, n, x, g, dw, db);
        return new Kernel(with.apply(product), new Includes(product, with));
    }

    private Runnable plan(Product forInput, int rows, int k, int n, float[] x, float[] g, float[] dw, float[] db) {
        Pieces pieces = pieces(rows, k, n);
        float[] second = pieces.count() == 2 ? memory.lend(k * n) : null;
        Batch forWeight = new Batch(IntStream.range(0, pieces.count()).mapToObj(piece -> {
            int from = pieces.from(piece);
            return new Product(k, n, pieces.from(piece + 1) - from, Matrix.of(x, k).from(from * k).transposed(), Matrix.of(g, n).from(from * n),
                    Matrix.of(piece == 0 ? dw : second, n), null);
        }).toList());
        Runnable join = second == null ? () -> { }
                : workers.plan(Lanes.padded(k * n), Lanes.BLOCK, 0.2, (from, to, _) -> Elementwise.accumulate(dw, second, from, to));
        if (db == null) {
            return inTurn(gemm.plan(List.of(Batch.of(forInput), forWeight)), join);
        }
        Pieces biasPieces = Pieces.of(rows, n);
        float[] biases = memory.lend(biasPieces.count() * n);
        Part forBias = new Part(biasPieces.count(),
                (piece, _) -> Reductions.columnSums(g, biasPieces.from(piece), biasPieces.from(piece + 1), n, biases, piece * n));
        return inTurn(gemm.plan(List.of(Batch.of(forInput), forWeight), forBias),
                inTurn(() -> Reductions.columnSums(biases, 0, biasPieces.count(), n, db, 0), join));
    }

    private static Runnable inTurn(Runnable first, Runnable then) {
        return () -> {
            first.run();
            then.run();
        };
    }

    /** Two, where what every worker would read of the others' rows outweighs a second ∂W. */
    private static Pieces pieces(int rows, int k, int n) {
        return new Pieces(rows, rows >= 2 * ROWS && (long) rows * (k + n) >= 4L * k * n ? 2 : 1);
    }
}
