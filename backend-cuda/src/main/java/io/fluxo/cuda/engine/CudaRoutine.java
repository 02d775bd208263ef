package io.fluxo.cuda.engine;

import io.fluxo.backend.Routine;
import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A step that runs as it is the first time, is recorded the second time, and is a CUDA graph from then on. Recording waits for the second run because by then the
 * tensors that the step updates have their final place, and the libraries have loaded what they need.
 */
final class CudaRoutine implements Routine, AutoCloseable {

    /** After this many recordings in a row that could not be replayed, the step runs as it is every time. */
    private static final int ATTEMPTS = 3;

    private final Gpu gpu;
    private final Recording recording;
    private final Supplier<Tensor> step;
    private Optional<Plan> plan = Optional.empty();
    private boolean begun;
    private int notReplayed;

    CudaRoutine(Gpu gpu, Recording recording, Supplier<Tensor> step) {
        this.gpu = gpu;
        this.recording = recording;
        this.step = step;
    }

    @Override
    public Tensor run() {
        if (recording.isOn()) {
            recording.markIncomplete();
            return step.get();
        }
        if (plan.isPresent() && plan.get().mayRun()) {
            return replayed(plan.get());
        }
        close();
        if (!begun || notReplayed == ATTEMPTS) {
            begun = true;
            return step.get();
        }
        notReplayed++;
        Recording.Recorded recorded = recording.of(step);
        plan = recorded.plan();
        return recorded.result();
    }

    private Tensor replayed(Plan ready) {
        notReplayed = 0;
        gpu.enter();
        ready.run();
        GpuTensor result = gpu.memory().make(ready.result().shape(), ready.result().dtype());
        gpu.copy(ready.result(), result).run();
        return result;
    }

    @Override
    public void close() {
        plan.ifPresent(Plan::close);
        plan = Optional.empty();
    }
}
