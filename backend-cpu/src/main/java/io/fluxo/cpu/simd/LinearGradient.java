package io.fluxo.cpu.simd;

import io.fluxo.cpu.simd.Gemm.Batch;
import io.fluxo.cpu.simd.Gemm.Product;
import io.fluxo.cpu.simd.Workers.Part;
import java.util.List;
import java.util.function.Consumer;
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
    void compute(int rows, int k, int n, float[] x, float[] w, float[] g, float[] dx, boolean onto, float[] dw, float[] db) {
        Matrix input = Matrix.of(dx, k);
        Batch forInput = Batch.of(new Product(rows, k, n, Matrix.of(g, n), Matrix.of(w, n).transposed(), input, onto ? input : null));
        Pieces pieces = pieces(rows, k, n);
        float[] second = pieces.count() == 2 ? memory.borrow(k * n) : null;
        Batch forWeight = new Batch(IntStream.range(0, pieces.count()).mapToObj(piece -> {
            int from = pieces.from(piece);
            return new Product(k, n, pieces.from(piece + 1) - from, Matrix.of(x, k).from(from * k).transposed(), Matrix.of(g, n).from(from * n),
                    Matrix.of(piece == 0 ? dw : second, n), null);
        }).toList());
        if (db == null) {
            gemm.multiply(List.of(forInput, forWeight));
        } else {
            sumRows(g, rows, n, db, forBias -> gemm.multiply(List.of(forInput, forWeight), forBias));
        }
        if (second != null) {
            workers.share(Lanes.padded(k * n), Lanes.BLOCK, 0.2, (from, to, _) -> Elementwise.accumulate(dw, second, from, to));
            memory.release(second);
        }
    }

    /** Two, where what every worker would read of the others' rows outweighs a second ∂W. */
    private static Pieces pieces(int rows, int k, int n) {
        return new Pieces(rows, rows >= 2 * ROWS && (long) rows * (k + n) >= 4L * k * n ? 2 : 1);
    }

    /** @param run runs what it is given, among other things */
    private void sumRows(float[] g, int rows, int n, float[] sum, Consumer<Part> run) {
        Pieces pieces = Pieces.of(rows, n);
        float[] sums = memory.borrow(pieces.count() * n);
        run.accept(new Part(pieces.count(), (piece, _) -> Reductions.columnSums(g, pieces.from(piece), pieces.from(piece + 1), n, sums, piece * n)));
        Reductions.columnSums(sums, 0, pieces.count(), n, sum, 0);
        memory.release(sums);
    }
}
