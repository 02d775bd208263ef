package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.loops.Activations;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.Epilogue.Span;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.List;

/** x·Φ(x), exact or by tanh. */
final class FusedGelu extends FusedElementwise {

    private final boolean tanh;

    FusedGelu(Workers workers, boolean tanh) {
        super(workers, 1);
        this.tanh = tanh;
    }

    @Override
    Span forward(List<SimdTensor> in, float[] x, float[] y) {
        return tanh ? (from, to) -> Activations.geluTanh(x, y, from, to) : (from, to) -> Activations.gelu(x, y, from, to);
    }

    @Override
    Span backward(List<SimdTensor> in, float[] x, float[] g, float[] dx) {
        return tanh ? (from, to) -> Activations.geluTanhBackward(x, g, dx, from, to) : (from, to) -> Activations.geluBackward(x, g, dx, from, to);
    }
}
