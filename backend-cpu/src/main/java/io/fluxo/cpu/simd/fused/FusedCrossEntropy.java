package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.loops.Softmaxes;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.shape.Shape;
import java.util.List;

/** −log softmax(logits)[target], row by row; the largest logit, and 1/Σ e^(logit − largest), are saved. */
record FusedCrossEntropy(Memory memory, Workers workers) implements FusedKernel {

    @Override
    public List<Shape> saved(List<SimdTensor> in) {
        return List.of(in.get(1).shape(), in.get(1).shape());
    }

    @Override
    public int gradients(int inputs) {
        return 1;
    }

    @Override
    public Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        float[] logits = in.get(0).floats();
        int[] targets = in.get(1).ints();
        int classes = in.get(0).width();
        float[] losses = out.get(0).floats();
        float[] tops = out.get(1).floats();
        float[] shares = out.get(2).floats();
        float[][] rooms = memory.lend(workers.count(), classes);
        int rows = out.get(0).elements();
        Runnable sums = workers.plan(rows, 1, 0.7 * classes + 10, (from, to, worker) -> {
            Softmaxes.tops(logits, from, to, classes, tops);
            Softmaxes.sumsOfExponentials(logits, from, to, classes, tops, losses, shares, rooms[worker]);
        });
        Runnable logarithms = workers.plan(rows, 1, 3, (from, to, _) -> Softmaxes.crossEntropy(logits, targets, from, to, classes, tops, losses));
        return Kernel.of(() -> {
            sums.run();
            logarithms.run();
        });
    }

    @Override
    public Kernel backward(Pullback pass) {
        float[] logits = pass.x().floats();
        int[] targets = pass.in().get(1).ints();
        int classes = pass.x().width();
        float[] g = pass.gradient().floats();
        float[] tops = pass.saved().get(0).floats();
        float[] shares = pass.saved().get(1).floats();
        float[] dx = pass.dx();
        return Kernel.of(workers.rows(pass.x().rows(), classes, 0.7, (from, to, _) -> Softmaxes.crossEntropyBackward(logits, targets, g, tops, shares, from, to, classes, dx)));
    }
}
