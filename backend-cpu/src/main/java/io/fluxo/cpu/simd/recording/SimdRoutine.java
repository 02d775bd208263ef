package io.fluxo.cpu.simd.recording;

import io.fluxo.backend.Routine;
import io.fluxo.cpu.simd.memory.Tensors;
import io.fluxo.cpu.simd.workers.Sharing;
import io.fluxo.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A step that runs as it is the first time, is recorded the second time, and is replayed from then on: only the kernels run, without tape, shapes or
 * tensors. Recording waits for the second run because by then the tensors that the step updates have their final place.
 */
public final class SimdRoutine implements Routine {

    /** After this many recordings in a row that could not be replayed, the step runs as it is every time. */
    private static final int ATTEMPTS = 3;

    private final Recording recording;
    private final Tensors tensors;
    private final Sharing sharing;
    private final Supplier<Tensor> step;
    private Optional<Plan> plan = Optional.empty();
    private boolean begun;
    private int notReplayed;

    public SimdRoutine(Recording recording, Tensors tensors, Sharing sharing, Supplier<Tensor> step) {
        this.recording = recording;
        this.tensors = tensors;
        this.sharing = sharing;
        this.step = step;
    }

    @Override
    public Tensor run() {
        if (recording.isOn()) {
            return recording.runInside(step);
        }
        if (plan.isPresent() && plan.get().mayRun()) {
            notReplayed = 0;
            sharing.run(plan.get());
            return tensors.copy(plan.get().result());
        }
        plan = Optional.empty();
        if (!begun || notReplayed == ATTEMPTS) {
            begun = true;
            return step.get();
        }
        notReplayed++;
        Recording.Recorded recorded = recording.of(step);
        plan = recorded.plan();
        return recorded.result();
    }
}
