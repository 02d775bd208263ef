package io.fluxo.cpu.simd.fused;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.loops.Rotations;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.FusedOp.Pairs;
import java.util.List;

/** Pairs of features turned by their position's angles; the gradient is turned back. */
record FusedRotate(Workers workers, Pairs pairs) implements FusedKernel {

    private static final double NANOS = 0.3;

    @Override
    public int gradients(int inputs) {
        return 1;
    }

    @Override
    public Kernel forward(List<SimdTensor> in, List<SimdTensor> out) {
        return turned(in.getFirst(), in, 1, out.getFirst().floats());
    }

    @Override
    public Kernel backward(Pullback pass) {
        return turned(pass.gradient(), pass.in(), -1, pass.dx());
    }

    /** @param in the operation's inputs, of which the second and the third are the cosines and the sines */
    private Kernel turned(SimdTensor from, List<SimdTensor> in, float sign, float[] y) {
        float[] x = from.floats();
        float[] cos = in.get(1).floats();
        float[] sin = in.get(2).floats();
        int positions = from.shape().size(1);
        int heads = from.shape().size(2);
        int m = from.width() / 2;
        return Kernel.of(workers.rows(from.rows(), 2 * m, NANOS, (fromRow, toRow, _) -> {
            for (int row = fromRow; row < toRow; row++) {
                int angles = row / heads % positions * m;
                switch (pairs) {
                    case HALVES -> Rotations.halves(x, row * 2 * m, cos, sin, angles, m, sign, y);
                    case NEIGHBOURS -> Rotations.neighbours(x, row * 2 * m, cos, sin, angles, m, sign, y);
                }
            }
        }));
    }
}
