package io.fluxo.cpu.simd;

import java.util.List;

/** e^x / Σ e^x, row by row. */
record FusedSoftmax(Workers workers) implements FusedKernel {

    @Override
    public boolean readsResult() {
        return true;
    }

    @Override
    public Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        float[] x = in.getFirst().floats();
        float[] y = out.getFirst().floats();
        int width = out.getFirst().width();
        return Kernel.of(workers.rows(out.getFirst(), 0.7, (from, to, _) -> Softmaxes.softmax(x, from, to, width, y)));
    }

    @Override
    public Kernel backward(Pullback pass) {
        float[] y = pass.result().floats();
        float[] g = pass.gradient().floats();
        float[] dx = pass.dx();
        int width = pass.x().width();
        return Kernel.of(workers.rows(pass.x(), 0.3, (from, to, _) -> Softmaxes.softmaxBackward(y, g, from, to, width, dx)));
    }
}
