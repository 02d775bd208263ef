package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.loops.Draws;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.products.Epilogue.Span;
import io.fluxo.cpu.simd.workers.Workers;
import java.util.List;

/** 0 at {@code rate}, else x/(1 − rate). What was kept passes on its gradient, scaled alike: the backward pass drops by the same key. */
final class FusedDropout extends FusedElementwise {

    private final float rate;
    private final float scale;

    FusedDropout(Workers workers, double rate) {
        super(workers, Draws.NANOS);
        this.rate = (float) rate;
        this.scale = (float) (1 / (1 - rate));
    }

    @Override
    public int gradients(int inputs) {
        return 1;
    }

    @Override
    Span forward(List<SimdTensor> in, float[] x, float[] y) {
        long[] key = in.get(1).longs();
        return (from, to) -> Draws.drop(key, x, rate, scale, y, from, to);
    }

    @Override
    Span backward(List<SimdTensor> in, float[] x, float[] g, float[] dx) {
        return forward(in, g, dx);
    }
}
