package io.fluxo.cuda.operation;

import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import java.util.List;
import java.util.Map;

/**
 * ReLU and GELU.
 *
 * @param name of the function in {@code common.cuh}; its derivative's name ends in {@code _gradient}
 */
record ActivationKernel(Elementwise elementwise, String name) implements FusedKernel {

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        return elementwise.activation(name, out.getFirst(), in.getFirst());
    }

    @Override
    public Runnable backward(Pullback pass) {
        return elementwise.activation(name + "_gradient", pass.dx(), pass.gradient(), pass.x());
    }
}
