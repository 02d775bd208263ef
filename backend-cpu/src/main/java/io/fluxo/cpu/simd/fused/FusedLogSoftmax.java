package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.loops.Softmaxes;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.List;

/** x − log Σ e^x, row by row. */
record FusedLogSoftmax(Memory memory, Workers workers) implements FusedKernel {

    @Override
    public boolean readsResult() {
        return true;
    }

    @Override
    public Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        float[] x = in.getFirst().floats();
        float[] y = out.getFirst().floats();
        int width = out.getFirst().width();
        float[][] rooms = memory.lend(workers.count(), width);
        return Kernel.of(workers.rows(out.getFirst().rows(), width, 0.7, (from, to, worker) -> Softmaxes.logSoftmax(x, from, to, width, y, rooms[worker])));
    }

    @Override
    public Kernel backward(Pullback pass) {
        float[] y = pass.result().floats();
        float[] g = pass.gradient().floats();
        float[] dx = pass.dx();
        int width = pass.x().width();
        float[][] rooms = memory.lend(workers.count(), width);
        return Kernel.of(workers.rows(pass.x().rows(), width, 0.7, (from, to, worker) -> Softmaxes.logSoftmaxBackward(y, g, from, to, width, dx, rooms[worker])));
    }
}
