package io.fluxo.cpu.simd;

import io.fluxo.backend.Routine;
import io.fluxo.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A step that is asked what it does the first time, recorded the next, and from then on replayed: the kernels alone, without tape, shapes or
 * tensors. Recording waits for the second time because by then what the step updates has its final place.
 */
final class SimdRoutine implements Routine {

    /** After so many recordings in turn that were not replayed the step is asked every time. */
    private static final int ATTEMPTS = 3;

    private final SimdBackend backend;
    private final Supplier<Tensor> step;
    private final Sharing sharing;
    private Optional<Recording> recording = Optional.empty();
    private boolean begun;
    private int vain;

    SimdRoutine(SimdBackend backend, Sharing sharing, Supplier<Tensor> step) {
        this.backend = backend;
        this.sharing = sharing;
        this.step = step;
    }

    /**
     * What a step consists of.
     *
     * @param places  where the tensors from outside are that it reads or updates
     * @param updated those that it updates in place
     * @param result  the tensor it returned, whose contents each replay replaces
     */
    record Recording(List<Instruction> instructions, List<Memory.Buffer> places, List<Memory.Buffer> updated, SimdTensor result) implements Runnable {

        /** Whether everything is still in its place, and nobody has made a view of what would be written over. */
        boolean mayReplay() {
            for (int i = 0; i < places.size(); i++) {
                if (!places.get(i).isInUse()) {
                    return false;
                }
            }
            for (int i = 0; i < updated.size(); i++) {
                if (!updated.get(i).isAlone()) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void run() {
            for (int i = 0; i < instructions.size(); i++) {
                instructions.get(i).kernel().body().run();
            }
        }
    }

    @Override
    public Tensor run() {
        if (backend.isRecording()) {
            return backend.unrecorded(step);
        }
        if (recording.isPresent() && recording.get().mayReplay()) {
            vain = 0;
            sharing.run(recording.get());
            return backend.copy(recording.get().result());
        }
        if (!begun || vain == ATTEMPTS) {
            begun = true;
            recording = Optional.empty();
            return step.get();
        }
        vain++;
        SimdBackend.Recorded recorded = backend.record(step);
        recording = recorded.recording();
        return recorded.result();
    }
}
