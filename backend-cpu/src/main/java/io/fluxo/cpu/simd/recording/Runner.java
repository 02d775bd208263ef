package io.fluxo.cpu.simd.recording;

import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.program.Action;
import io.fluxo.program.Recording;
import java.util.List;
import java.util.function.Supplier;

/** Carries out what the backend is asked for, at once. */
public final class Runner {

    private final Memory memory;
    private final ActionKernels kernels;
    private final Recording recording;

    public Runner(Memory memory, ActionKernels kernels, Recording recording) {
        this.memory = memory;
        this.kernels = kernels;
        this.recording = recording;
    }

    /** Carries out {@code action}. Inputs and outputs are as {@link ActionKernels#plan} takes them. */
    public void run(Action action, List<SimdTensor> in, List<SimdTensor> out) {
        try {
            kernels.plan(action, in, out).body().run();
        } finally {
            memory.takeBack();
        }
        recording.add(action, in, out);
    }

    /** Errors about dead tensors name the operation that met them. */
    public static <T> T guarded(String op, Supplier<T> body) {
        try {
            return body.get();
        } catch (IllegalStateException dead) {
            throw new IllegalStateException(op + ": " + dead.getMessage(), dead);
        }
    }
}
