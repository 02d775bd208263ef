package io.fluxo.cpu.simd.update;

import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.UpdateOp;
import io.fluxo.op.UpdateOp.ClipFactor;
import java.util.ArrayList;
import java.util.List;

/** The kernel of each update, of one state or of many at once. */
public final class UpdateKernels {

    private final Workers workers;

    public UpdateKernels(Workers workers) {
        this.workers = workers;
    }

    /**
     * @param states how many states there are
     * @param in     for each state what its update takes, in its order
     * @param out    the states themselves
     */
    public Kernel plan(UpdateOp op, int states, List<SimdTensor> in, List<SimdTensor> out) {
        return op instanceof ClipFactor clip ? clipFactors(clip, in, out) : updates(op, states, in, out);
    }

    private Kernel clipFactors(ClipFactor op, List<SimdTensor> in, List<SimdTensor> out) {
        int each = in.size() / out.size();
        List<Runnable> bodies = new ArrayList<>();
        for (int i = 0; i < out.size(); i++) {
            bodies.add(ClipFactors.plan(workers, op, in.subList(i * each + 1, (i + 1) * each), out.get(i)));
        }
        return Kernel.of(bodies.size() == 1 ? bodies.getFirst() : () -> bodies.forEach(Runnable::run));
    }

    /** All states in one pass, as if their arrays were one. */
    private Kernel updates(UpdateOp op, int states, List<SimdTensor> in, List<SimdTensor> out) {
        int each = in.size() / states;
        List<Workers.Range> bodies = new ArrayList<>();
        int[] ends = new int[states];
        int end = 0;
        for (int i = 0; i < states; i++) {
            List<SimdTensor> own = out.subList(i * op.donated(), (i + 1) * op.donated());
            bodies.add(Updates.plan(op, in.subList(i * each, (i + 1) * each), own));
            end += Lanes.padded(own.getFirst().elements());
            ends[i] = end;
        }
        return Kernel.of(workers.plan(end, Lanes.BLOCK, Updates.nanos(op), (from, to, worker) -> {
            int start = 0;
            for (int i = 0; i < ends.length; i++) {
                if (start < to && ends[i] > from) {
                    bodies.get(i).run(Math.max(from - start, 0), Math.min(to, ends[i]) - start, worker);
                }
                start = ends[i];
            }
        }));
    }
}
