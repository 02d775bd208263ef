package io.fluxo.cuda.engine;

import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.memory.GpuTensor;
import io.fluxo.program.Action;
import io.fluxo.program.Recorder;
import io.fluxo.program.Value;
import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Records the operations that the backend is asked for while a step runs. */
final class Recording {

    private final Gpu gpu;
    private Recorder recorder;
    private boolean complete;

    Recording(Gpu gpu) {
        this.gpu = gpu;
    }

    /** A step's result, and the plan that repeats the step, if there is one. */
    record Recorded(Tensor result, Optional<Plan> plan) {}

    boolean isOn() {
        return recorder != null;
    }

    /** Records an action that has been asked for. */
    void add(Action action, List<GpuTensor> in, List<GpuTensor> out) {
        if (isOn()) {
            recorder.add(action, in, out);
        }
    }

    /** Notes that values came from the host or went there, or that a tensor was copied instead of updated: the actions are not all that happened. */
    void markIncomplete() {
        complete = false;
    }

    /** Runs {@code step} and plans its repetition; no plan is made where the step has released a tensor from outside. */
    Recorded of(Supplier<Tensor> step) {
        Recorder written = new Recorder();
        TensorScope scope = gpu.memory().open();
        Tensor result;
        recorder = written;
        complete = true;
        try {
            result = step.get();
        } catch (RuntimeException | Error thrown) {
            scope.close();
            throw thrown;
        } finally {
            recorder = null;
        }
        scope.keep(result);
        scope.close();
        Map<Value, GpuTensor> outside = new LinkedHashMap<>();
        written.outside().forEach((value, tensor) -> outside.put(value, (GpuTensor) tensor));
        boolean repeatable = complete && outside.values().stream().allMatch(tensor -> tensor.block().isInUse());
        return new Recorded(result, repeatable ? Optional.of(Planner.plan(gpu, written.program(result), outside)) : Optional.empty());
    }
}
