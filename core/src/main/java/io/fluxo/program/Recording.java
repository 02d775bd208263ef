package io.fluxo.program;

import io.fluxo.tensor.Tensor;
import io.fluxo.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Writes down what a backend is asked for while a step runs. */
public final class Recording {

    private final Supplier<TensorScope> scopes;
    private Recorder recorder;
    private boolean complete;

    /** @param scopes opens a scope of the backend's */
    public Recording(Supplier<TensorScope> scopes) {
        this.scopes = scopes;
    }

    /**
     * A step as a program.
     *
     * @param outside the tensors of the program's outside values
     */
    public record Written(Program program, Map<Value, Tensor> outside) {}

    /** A step's result, and what was written down, where that is all that happened. */
    public record Recorded(Tensor result, Optional<Written> written) {}

    public boolean isOn() {
        return recorder != null;
    }

    /** Records an action that has been carried out, or asked of the device. */
    public void add(Action action, List<? extends Tensor> in, List<? extends Tensor> out) {
        if (isOn()) {
            recorder.add(action, in, out);
        }
    }

    /** Notes that values came from the host or went there, or that a tensor was copied instead of updated: the actions are not all that happened. */
    public void markIncomplete() {
        complete = false;
    }

    /** Runs {@code step} and writes it down. */
    public Recorded of(Supplier<Tensor> step) {
        Recorder writing = new Recorder();
        TensorScope scope = scopes.get();
        Tensor result;
        recorder = writing;
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
        return new Recorded(result, complete ? Optional.of(new Written(writing.program(result), writing.outside())) : Optional.empty());
    }

    /** Runs {@code step} inside a recording, which then cannot be repeated. */
    Tensor runInside(Supplier<Tensor> step) {
        markIncomplete();
        return step.get();
    }
}
