package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import java.util.List;
import java.util.Map;

/**
 * Softmax and log-softmax along the last axis; the backward passes read the result.
 *
 * @param name {@code softmax} or {@code log_softmax}
 */
record SoftmaxKernel(Gpu gpu, String name) implements FusedKernel {


    @Override
    public boolean readsResult() {
        return true;
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        GpuTensor y = out.getFirst();
        return Rows.grid(gpu.launch(KernelSources.SOFTMAXES, name).tensor(in.getFirst()).tensor(y).number(y.rows()).number(y.width()), y.rows(), y.width());
    }

    @Override
    public Runnable backward(Pullback pass) {
        GpuTensor y = pass.result();
        return Rows.grid(gpu.launch(KernelSources.SOFTMAXES, name + "_backward").tensor(y).tensor(pass.gradient()).tensor(pass.dx()).number(y.rows()).number(y.width()), y.rows(), y.width());
    }
}
