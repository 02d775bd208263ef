package io.fluxo.cpu.simd;

import io.fluxo.op.FusedOp;
import io.fluxo.op.UpdateOp;
import io.fluxo.op.UpdateOp.ClipFactor;
import io.fluxo.program.Action;
import java.util.ArrayList;
import java.util.List;

/** Makes the kernel of an action ready on its tensors' arrays. */
final class Kernels {

    private final Workers workers;
    private final PrimitiveKernels primitives;
    private final FusedKernels fused;

    Kernels(Memory memory, Workers workers, Gemm gemm) {
        this.workers = workers;
        this.primitives = new PrimitiveKernels(memory, workers, gemm);
        this.fused = new FusedKernels(memory, workers, gemm);
    }

    /**
     * @param in  the action's inputs, in its order; what an update takes over is not looked at
     * @param out its outputs, in its order
     */
    Kernel plan(Action action, List<SimdTensor> in, List<SimdTensor> out) {
        return switch (action) {
            case Action.Compute(var op) -> primitives.plan(op, in.toArray(SimdTensor[]::new), out.getFirst());
            case Action.Forward(var op) -> fused.of(op).forward(in, out);
            case Action.Backward backward -> fused.of(backward.op()).backward(new FusedKernel.Pullback(backward.arguments(in), backward.result(in),
                    backward.saved(in), in.getFirst(), backward.onto(), out));
            case Action.Update(ClipFactor op, int _) -> clipFactors(op, in, out);
            case Action.Update(var op, int states) -> updates(op, states, in, out);
            case Action.Chain _, Action.SideBySide _ -> throw new IllegalStateException("planned elsewhere: " + action.name());
        };
    }

    /** The kernels of a fused operation. */
    FusedKernel of(FusedOp op) {
        return fused.of(op);
    }

    private Kernel clipFactors(ClipFactor op, List<SimdTensor> in, List<SimdTensor> out) {
        int each = in.size() / out.size();
        List<Runnable> bodies = new ArrayList<>();
        for (int i = 0; i < out.size(); i++) {
            bodies.add(Clipping.plan(workers, op, in.subList(i * each + 1, (i + 1) * each), out.get(i)));
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
