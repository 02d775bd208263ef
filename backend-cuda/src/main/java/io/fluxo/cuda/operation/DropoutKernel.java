package io.fluxo.cuda.operation;

import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import java.util.List;
import java.util.Map;

/** Elements dropped by counter-based draws, which the backward pass draws again. */
record DropoutKernel(Movements movements, double rate) implements FusedKernel {

    @Override
    public int gradients(int inputs) {
        return 1;
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        return movements.dropout(in.get(0), in.get(1), out.getFirst(), rate);
    }

    @Override
    public Runnable backward(Pullback pass) {
        return movements.dropout(pass.gradient(), pass.input(1), pass.dx(), rate);
    }
}
