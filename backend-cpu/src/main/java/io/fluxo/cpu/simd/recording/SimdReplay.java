package io.fluxo.cpu.simd.recording;

import io.fluxo.cpu.simd.memory.Tensors;
import io.fluxo.cpu.simd.workers.Sharing;
import io.fluxo.program.Replay;
import io.fluxo.tensor.Tensor;

/** A planned step, run by one worker or by all, whichever is faster; its result is copied out of the plan's memory. */
public record SimdReplay(Plan plan, Sharing sharing, Tensors tensors) implements Replay {

    @Override
    public boolean mayRun() {
        return plan.mayRun();
    }

    @Override
    public Tensor run() {
        sharing.run(plan);
        return tensors.copy(plan.result());
    }
}
