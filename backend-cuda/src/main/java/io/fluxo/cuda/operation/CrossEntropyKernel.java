package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.shape.Shape;
import java.util.List;
import java.util.Map;

/** −log softmax(logits)[target], row by row; the largest logit, and 1/Σ e^(logit − largest), are saved. */
record CrossEntropyKernel(Gpu gpu) implements FusedKernel {

    private static final int THREADS = 256;

    @Override
    public List<Shape> saved(List<GpuTensor> in) {
        return List.of(in.get(1).shape(), in.get(1).shape());
    }

    @Override
    public int gradients(int inputs) {
        return 1;
    }

    /** Logits are the largest values of a step, and nothing else reads them as a rule. */
    @Override
    public boolean overwrites() {
        return true;
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        GpuTensor logits = in.get(0);
        int rows = out.getFirst().elements();
        return Rows.grid(gpu.launch(KernelSources.SOFTMAXES, "cross_entropy").tensor(logits).tensor(in.get(1)).tensor(out.get(0)).tensor(out.get(1)).tensor(out.get(2)).number(rows)
                .number(logits.width()).number(gpu.faults().cell()), rows, logits.width());
    }

    @Override
    public Runnable backward(Pullback pass) {
        GpuTensor logits = pass.x();
        return gpu.launch(KernelSources.SOFTMAXES, "cross_entropy_backward").tensor(logits).tensor(pass.input(1)).tensor(pass.saved().get(0)).tensor(pass.saved().get(1))
                .tensor(pass.gradient()).tensor(pass.dx()).number(Math.max(1, logits.width())).number(logits.elements()).forEach(logits.elements(), THREADS);
    }
}
