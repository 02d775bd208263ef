package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.List;

/** A kernel that computes each row from that row alone. Its gradient reads the result, not the input. */
abstract class FusedRows implements FusedKernel {

    private final Memory memory;
    private final Workers workers;
    private final double nanos;
    private final double backwardNanos;

    /**
     * @param nanos         roughly the time of an element, in nanoseconds
     * @param backwardNanos the same of the backward pass
     */
    FusedRows(Memory memory, Workers workers, double nanos, double backwardNanos) {
        this.memory = memory;
        this.workers = workers;
        this.nanos = nanos;
        this.backwardNanos = backwardNanos;
    }

    /**
     * y from x, for some rows.
     *
     * @param room working memory of a row, in whole blocks
     */
    abstract void forward(float[] x, int fromRow, int toRow, int width, float[] y, float[] room);

    /** ∂x from y and g, for some rows. */
    abstract void backward(float[] y, float[] g, int fromRow, int toRow, int width, float[] dx, float[] room);

    @Override
    public final boolean readsResult() {
        return true;
    }

    @Override
    public final Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        float[] x = in.getFirst().floats();
        float[] y = out.getFirst().floats();
        int width = out.getFirst().width();
        float[][] rooms = memory.lend(workers.count(), width);
        return Kernel.of(workers.rows(out.getFirst().rows(), width, nanos, (from, to, worker) -> forward(x, from, to, width, y, rooms[worker])));
    }

    @Override
    public final Kernel backward(Pullback pass) {
        float[] y = pass.result().floats();
        float[] g = pass.gradient().floats();
        float[] dx = pass.dx();
        int width = pass.x().width();
        float[][] rooms = memory.lend(workers.count(), width);
        return Kernel.of(workers.rows(pass.x().rows(), width, backwardNanos, (from, to, worker) -> backward(y, g, from, to, width, dx, rooms[worker])));
    }
}
