package io.fluxo.cuda.operation;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.kernel.Launch;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.op.FusedOp.Pairs;
import java.util.List;
import java.util.Map;

/** Pairs of features turned by their position's angles; the gradient is turned back. */
record RotateKernel(Gpu gpu, Pairs pairs) implements FusedKernel {

    private static final int THREADS = 256;

    @Override
    public int gradients(int inputs) {
        return 1;
    }

    @Override
    public Runnable forward(List<GpuTensor> in, List<GpuTensor> out, Map<Inside, GpuTensor> shown) {
        return turned(in.getFirst(), in, 1, out.getFirst());
    }

    @Override
    public Runnable backward(Pullback pass) {
        return turned(pass.gradient(), pass.in(), -1, pass.dx());
    }

    /** @param in the operation's inputs, of which the second and the third are the cosines and the sines */
    private Runnable turned(GpuTensor x, List<GpuTensor> in, int sign, GpuTensor y) {
        int m = Math.max(1, x.width() / 2);
        int pairsInAll = x.elements() / 2;
        Launch launch = gpu.launch(KernelSources.ROTATIONS, "rotate").tensor(x).tensor(in.get(1)).tensor(in.get(2)).tensor(y).number(Math.max(1, x.shape().size(1)))
                .number(Math.max(1, x.shape().size(2))).number(m);
        return switch (pairs) {
            case HALVES -> launch.number(1).number(m).real(sign).number(pairsInAll).forEach(pairsInAll, THREADS);
            case NEIGHBOURS -> launch.number(2).number(1).real(sign).number(pairsInAll).forEach(pairsInAll, THREADS);
        };
    }
}
