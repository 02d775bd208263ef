package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.AttentionKernel;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp.Mask;
import io.fluxo.shape.Shape;
import java.util.List;
import java.util.Map;

/** softmax(scale · QKᵀ)V for each head; ln Σ e^(scale·q·k) is saved. */
record FusedAttention(AttentionKernel kernel, FusedOp.Attention op) implements ShowingKernel {

    @Override
    public List<Shape> saved(List<SimdTensor> in) {
        Shape q = in.getFirst().shape();
        return List.of(Shape.of(q.dim(0), q.dim(2), q.dim(1)));
    }

    @Override
    public boolean readsResult() {
        return true;
    }

    @Override
    public Kernel forward(List<SimdTensor> in, List<SimdTensor> out, Map<Inside, SimdTensor> shown) {
        return Kernel.of(kernel.forward(sizes(in), in.get(0).floats(), in.get(1).floats(), in.get(2).floats(), out.get(0).floats(), out.get(1).floats(),
                ShowingKernel.array(shown, Inside.SCORES), ShowingKernel.array(shown, Inside.PATTERN)));
    }

    @Override
    public Kernel backward(Pullback pass) {
        return Kernel.of(kernel.backward(sizes(pass.in()), pass.input(0), pass.input(1), pass.input(2), pass.result().floats(),
                pass.saved().getFirst().floats(), pass.gradient().floats(), pass.dx(), pass.output(1), pass.output(2)));
    }

    private AttentionKernel.AttentionSizes sizes(List<SimdTensor> in) {
        Shape q = in.get(0).shape();
        return new AttentionKernel.AttentionSizes(q.size(0), q.size(1), in.get(1).shape().size(1), q.size(2), q.size(3), in.get(2).shape().size(3),
                op.mask() == Mask.CAUSAL, (float) op.scale().value());
    }
}
