package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Includes;
import io.fluxo.cpu.simd.kernel.Kernel.Form.Multiplies;
import io.fluxo.cpu.simd.loops.Elementwise;
import io.fluxo.cpu.simd.loops.Reductions;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.products.Gemm.Batch;
import io.fluxo.cpu.simd.products.Gemm.Product;
import io.fluxo.cpu.simd.products.StridedMatrix;
import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.workers.Pieces;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.cpu.simd.workers.Workers.TaskGroup;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * y = x W + b; ∂x = g Wᵀ, ∂W = xᵀ g and ∂b = Σ g.
 *
 * <p>A worker that computed some rows of x and g has them in its cache. Rows that another worker computed are slower to reach: as slow as main
 * memory, on cores that share no cache. With many rows, ∂W is therefore a sum over pieces of rows, and each worker reads its own rows. The number of
 * pieces depends only on the shapes.
 */
final class FusedLinear implements FusedKernel {

    /** Fewest rows of a piece: the additions at the end are then cheap in comparison. */
    private static final int ROWS = 384;

    private final Memory memory;
    private final Workers workers;
    private final Gemm gemm;

    FusedLinear(Memory memory, Workers workers, Gemm gemm) {
        this.memory = memory;
        this.workers = workers;
        this.gemm = gemm;
    }

    @Override
    public boolean adds() {
        return true;
    }

    @Override
    public Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        SimdTensor y = out.getFirst();
        int k = in.get(1).shape().size(0);
        int n = in.get(1).shape().size(1);
        StridedMatrix bias = in.size() < 3 ? null : new StridedMatrix(in.get(2).floats(), 0, 0, 1);
        Product product = new Product(y.rows(), n, k, StridedMatrix.of(in.get(0).floats(), k), StridedMatrix.of(in.get(1).floats(), n), StridedMatrix.of(y.floats(), n), bias);
        return new Kernel(gemm.plan(List.of(Batch.of(product))), new Multiplies(product));
    }

    @Override
    public Kernel backward(Pullback pass) {
        int rows = pass.gradient().rows();
        int k = pass.in().get(1).shape().size(0);
        int n = pass.in().get(1).shape().size(1);
        float[] x = pass.x().floats();
        float[] g = pass.gradient().floats();
        float[] dw = pass.output(1);
        float[] db = pass.output(2);
        StridedMatrix dx = StridedMatrix.of(pass.dx(), k);
        Product product = new Product(rows, k, n, StridedMatrix.of(g, n), StridedMatrix.of(pass.input(1), n).transposed(), dx, pass.onto() ? dx : null);
        Function<Product, Runnable> with = forInput -> plan(forInput, rows, k, n, x, g, dw, db);
        return new Kernel(with.apply(product), new Includes(product, with));
    }

    /** @param db receives ∂b, or null where there is no bias */
    private Runnable plan(Product forInput, int rows, int k, int n, float[] x, float[] g, float[] dw, float[] db) {
        Pieces pieces = pieces(rows, k, n);
        float[] second = pieces.count() == 2 ? memory.lend(k * n) : null;
        Batch forWeight = new Batch(IntStream.range(0, pieces.count()).mapToObj(piece -> {
            int from = pieces.from(piece);
            return new Product(k, n, pieces.from(piece + 1) - from, StridedMatrix.of(x, k).from(from * k).transposed(), StridedMatrix.of(g, n).from(from * n),
                    StridedMatrix.of(piece == 0 ? dw : second, n), null);
        }).toList());
        Runnable join = second == null ? () -> { }
                : workers.plan(Lanes.padded(k * n), Lanes.BLOCK, 0.2, (from, to, _) -> Elementwise.accumulate(dw, second, from, to));
        if (db == null) {
            return inTurn(gemm.plan(List.of(Batch.of(forInput), forWeight)), join);
        }
        ColumnSums biases = ColumnSums.of(memory, Pieces.of(rows, n), n, db);
        TaskGroup forBias = new TaskGroup(biases.pieces().count(), (piece, _) -> Reductions.columnSums(g, biases.pieces().from(piece),
                biases.pieces().from(piece + 1), n, biases.parts(), biases.at(piece)));
        return inTurn(gemm.plan(List.of(Batch.of(forInput), forWeight), forBias), inTurn(biases::finish, join));
    }

    private static Runnable inTurn(Runnable first, Runnable then) {
        return () -> {
            first.run();
            then.run();
        };
    }

    /** Two pieces where reading the other workers' rows would cost more than a second ∂W. */
    private static Pieces pieces(int rows, int k, int n) {
        return new Pieces(rows, rows >= 2 * ROWS && (long) rows * (k + n) >= 4L * k * n ? 2 : 1);
    }
}
