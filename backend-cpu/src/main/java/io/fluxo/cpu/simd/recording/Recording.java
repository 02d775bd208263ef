package io.fluxo.cpu.simd.recording;

import io.fluxo.cpu.simd.memory.Memory;
import io.fluxo.cpu.simd.memory.SimdTensor;
import io.fluxo.cpu.simd.memory.Tensors;
import io.fluxo.program.Action;
import io.fluxo.program.Program;
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
public final class Recording {

    private final Memory memory;
    private final Planner planner;
    private Recorder recorder;
    private boolean complete;

    public Recording(Memory memory, Planner planner) {
        this.memory = memory;
        this.planner = planner;
    }

    /** A step's result, and the plan that repeats the step, if there is one. */
    public record Recorded(Tensor result, Optional<Plan> plan) {}

    public boolean isOn() {
        return recorder != null;
    }

    /** Records an action that has been carried out. */
    public void add(Action action, List<SimdTensor> in, List<SimdTensor> out) {
        if (isOn()) {
            recorder.add(action, in, out);
        }
    }

    /** Notes that values came from the host or went there, or that a tensor was copied instead of updated: the actions are not all that happened. */
    public void markIncomplete() {
        complete = false;
    }

    /** Runs {@code step} and plans its repetition. */
    public Recorded of(Supplier<Tensor> step) {
        Recorder written = new Recorder();
        TensorScope scope = memory.open();
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
        return new Recorded(result, complete ? plan(written.program(result), written.outside()) : Optional.empty());
    }

    /** No plan is made where the step has released a tensor from outside. */
    private Optional<Plan> plan(Program program, Map<Value, Tensor> outside) {
        Map<Value, SimdTensor> own = new LinkedHashMap<>();
        outside.forEach((value, tensor) -> own.put(value, Tensors.own(tensor)));
        return own.values().stream().allMatch(tensor -> tensor.buffer().isInUse()) ? Optional.of(planner.plan(program, own)) : Optional.empty();
    }

    /** Runs {@code step} inside a recording, which then cannot be repeated. */
    Tensor runInside(Supplier<Tensor> step) {
        markIncomplete();
        return step.get();
    }
}
