package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.shape.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * LayerNorm, and RMSNorm without means and bias. Saves r = 1/√(σ² + ε) of each row, and for LayerNorm its mean. The gradients of gain and bias are sums over chunks of
 * rows, added up in a second launch.
 *
 * @param centred whether rows are taken relative to their means
 */
record NormKernel(Gpu gpu, Reductions reductions, double eps, boolean centred) implements FusedKernel {

    private static final int THREADS = 256;
    private static final int ROWS_OF_A_CHUNK = 64;

    @Override
    public List<Shape> saved(List<GpuTensor> in) {
        return Collections.nCopies(centred ? 2 : 1, Shape.of(in.getFirst().rows()));
    }

    @Override
    public boolean adds() {
        return true;
    }

    private String name() {
        return centred ? "layer_norm" : "rms_norm";
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        return forward(in.getFirst(), null, null, in.subList(1, in.size()), out, shown);
    }

    /**
     * The norm of x; where there is {@code more}, of x + more, which is written to {@code sum}.
     *
     * @param sum    may be the result's place
     * @param affine gain and bias, or the gain alone, or nothing
     */
    Runnable forward(GpuTensor x, GpuTensor more, GpuTensor sum, List<GpuTensor> affine, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        return Rows.grid(gpu.launch(KernelSources.NORMS, name()).tensor(x).tensor(more).tensor(sum).tensor(affine.isEmpty() ? null : affine.get(0))
                .tensor(affine.size() > 1 ? affine.get(1) : null).tensor(out.getFirst()).tensor(centred ? out.get(1) : null).tensor(out.getLast()).tensor(shown.get(Inside.SCALE))
                .tensor(shown.get(Inside.NORMALIZED)).number(x.rows()).number(x.width()).real(eps), x.rows(), x.width());
    }

    @Override
    public Runnable backward(Pullback pass) {
        GpuTensor x = pass.x();
        GpuTensor means = centred ? pass.saved().getFirst() : null;
        GpuTensor rstds = pass.saved().getLast();
        Runnable dx = Rows.grid(gpu.launch(KernelSources.NORMS, name() + "_backward").tensor(x).tensor(pass.gradient()).tensor(pass.input(1)).tensor(means).tensor(rstds).tensor(pass.dx())
                .number(x.rows()).number(x.width()).number(pass.onto() ? 1 : 0), x.rows(), x.width());
        return pass.out().size() == 1 ? dx : FusedKernel.both(parameters(pass, means, rstds), dx);
    }

    private Runnable parameters(Pullback pass, GpuTensor means, GpuTensor rstds) {
        GpuTensor x = pass.x();
        int width = x.width();
        int chunks = Math.max(1, (x.rows() + ROWS_OF_A_CHUNK - 1) / ROWS_OF_A_CHUNK);
        long bytes = (long) chunks * width * Float.BYTES;
        long gains = gpu.memory().lend(bytes);
        long biases = pass.out().size() > 2 ? gpu.memory().lend(bytes) : 0;
        List<Runnable> steps = new ArrayList<>();
        steps.add(gpu.launch(KernelSources.NORMS, "norm_parameters").tensor(x).tensor(pass.gradient()).tensor(means).tensor(rstds).number(gains).number(biases).number(x.rows())
                .number(Math.max(1, width)).number(chunks).forEach((long) chunks * width, THREADS));
        steps.add(reductions.columnSums(gains, chunks, width, pass.out().get(1).address()));
        if (biases != 0) {
            steps.add(reductions.columnSums(biases, chunks, width, pass.out().get(2).address()));
        }
        return () -> steps.forEach(Runnable::run);
    }
}
