package io.fluxo.cpu.simd.recording;

import io.fluxo.cpu.simd.fused.FusedKernel;
import io.fluxo.cpu.simd.fused.FusedKernels;
import io.fluxo.cpu.simd.kernel.Kernel;
import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.primitive.PrimitiveKernels;
import io.fluxo.cpu.simd.products.Gemm;
import io.fluxo.cpu.simd.update.UpdateKernels;
import io.fluxo.cpu.simd.workers.Workers;
import io.fluxo.op.FusedOp;
import io.fluxo.op.FusedOp.Inside;
import io.fluxo.program.Action;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Prepares the kernel of an action on its tensors' arrays. */
public final class ActionKernels {

    private final PrimitiveKernels primitives;
    private final FusedKernels fused;
    private final UpdateKernels updates;

    public ActionKernels(Memory memory, Workers workers, Gemm gemm) {
        this.primitives = new PrimitiveKernels(memory, workers, gemm);
        this.fused = new FusedKernels(memory, workers, gemm);
        this.updates = new UpdateKernels(workers);
    }

    /**
     * @param in  the action's inputs, in its order; those that an update takes over are ignored
     * @param out its outputs, in its order
     */
    Kernel plan(Action action, List<SimdTensor> in, List<SimdTensor> out) {
        return switch (action) {
            case Action.Compute(var op) -> primitives.plan(op, in.toArray(SimdTensor[]::new), out.getFirst());
            case Action.Forward(FusedOp.Inspectable op, List<Inside> shown) -> fused.of(op).forward(in, out.subList(0, out.size() - shown.size()),
                    shown(shown, out.subList(out.size() - shown.size(), out.size())));
            case Action.Forward(var op, var _) -> fused.of(op).forward(in, out);
            case Action.Backward backward -> fused.of(backward.op()).backward(new FusedKernel.Pullback(backward.arguments(in), backward.result(in),
                    backward.saved(in), in.getFirst(), backward.onto(), out));
            case Action.Update(var op, int states) -> updates.plan(op, states, in, out);
            case Action.Chain _, Action.SideBySide _ -> throw new IllegalStateException("planned elsewhere: " + action.name());
        };
    }

    private static Map<Inside, SimdTensor> shown(List<Inside> places, List<SimdTensor> values) {
        Map<Inside, SimdTensor> shown = new EnumMap<>(Inside.class);
        for (int i = 0; i < places.size(); i++) {
            shown.put(places.get(i), values.get(i));
        }
        return shown;
    }

    /** The kernels of a fused operation. */
    public FusedKernel of(FusedOp op) {
        return fused.of(op);
    }
}
