package io.fluxo.program;

import io.fluxo.backend.Routine;
import io.fluxo.tensor.Tensor;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A step that runs as it is the first time, is recorded the second time, and is replayed from then on, without tape, shapes or tensors. Recording waits for the second run because by then the
 * tensors that the step updates have their final place, and libraries have loaded what they need.
 */
public final class ReplayedRoutine implements Routine, AutoCloseable {

    /** After this many recordings in a row that could not be replayed, the step runs as it is every time. */
    private static final int ATTEMPTS = 3;

    private final Recording recording;
    private final Supplier<Tensor> step;
    private final Function<Recording.Written, Optional<? extends Replay>> planner;
    private Optional<? extends Replay> replay = Optional.empty();
    private boolean begun;
    private int notReplayed;

    /** @param planner makes a recorded step ready; nothing where it cannot be repeated */
    public ReplayedRoutine(Recording recording, Supplier<Tensor> step, Function<Recording.Written, Optional<? extends Replay>> planner) {
        this.recording = recording;
        this.step = step;
        this.planner = planner;
    }

    @Override
    public Tensor run() {
        if (recording.isOn()) {
            return recording.runInside(step);
        }
        if (replay.isPresent() && replay.get().mayRun()) {
            notReplayed = 0;
            return replay.get().run();
        }
        close();
        if (!begun || notReplayed == ATTEMPTS) {
            begun = true;
            return step.get();
        }
        notReplayed++;
        Recording.Recorded recorded = recording.of(step);
        replay = recorded.written().flatMap(planner);
        return recorded.result();
    }

    @Override
    public void close() {
        replay.ifPresent(Replay::close);
        replay = Optional.empty();
    }
}
