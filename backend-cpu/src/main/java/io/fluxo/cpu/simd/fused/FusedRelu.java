package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.loops.Activations;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.Epilogue.Span;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.List;

/** max(x, 0). */
final class FusedRelu extends FusedElementwise {

    FusedRelu(Workers workers) {
        super(workers, 0.2);
    }

    @Override
    Span forward(List<SimdTensor> in, float[] x, float[] y) {
        return (from, to) -> Activations.relu(x, y, from, to);
    }

    @Override
    Span backward(List<SimdTensor> in, float[] x, float[] g, float[] dx) {
        return (from, to) -> Activations.reluBackward(x, g, dx, from, to);
    }
}
