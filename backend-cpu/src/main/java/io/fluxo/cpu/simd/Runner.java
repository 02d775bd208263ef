package io.fluxo.cpu.simd;

import io.fluxo.program.Action;
import java.util.List;
import java.util.function.Supplier;

/** Carries out what the backend is asked for, at once. */
final class Runner {

    private final Memory memory;
    private final Kernels kernels;
    private final Recording recording;

    Runner(Memory memory, Kernels kernels, Recording recording) {
        this.memory = memory;
        this.kernels = kernels;
        this.recording = recording;
    }

    /** As {@link Kernels#plan} takes it. */
    void run(Action action, List<SimdTensor> in, List<SimdTensor> out) {
        try {
            kernels.plan(action, in, out).body().run();
        } finally {
            memory.takeBack();
        }
        recording.add(action, in, out);
    }

    /** Errors about dead tensors name the operation that met them. */
    static <T> T guarded(String op, Supplier<T> body) {
        try {
            return body.get();
        } catch (IllegalStateException dead) {
            throw new IllegalStateException(op + ": " + dead.getMessage(), dead);
        }
    }
}
