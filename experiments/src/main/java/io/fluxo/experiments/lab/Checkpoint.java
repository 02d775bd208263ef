package io.fluxo.experiments.lab;

import io.fluxo.checkpoint.Safetensors;
import io.fluxo.experiments.study.Trial;
import io.fluxo.experiments.study.TrialListener;
import io.fluxo.train.Trainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What an interrupted training goes on from: parameters and optimizer state in a safetensors file, and the step they belong to in its metadata.
 * Data and dropout are functions of the step, so that the position in both is the step. The file is replaced as a whole.
 */
final class Checkpoint {

    private static final String STEP = "step";
    private static final String TRIAL = "trial";

    private final Path file;
    private final int steps;
    private final String identity;
    private final long interval;
    private long last = System.nanoTime();
    private int saved;

    /** @param interval time between two checkpoints; zero for one after every step */
    Checkpoint(Path file, Trial trial, Duration interval) {
        this.file = file;
        this.steps = trial.training().steps();
        this.identity = List.of(trial.seed(), trial.task(), trial.model(), trial.training()).toString();
        this.interval = interval.toNanos();
    }

    /** The step that {@code trainer} stands after: 0 where there is nothing to go on from. */
    int restore(Trainer trainer, TrialListener listener) {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Safetensors saved = Safetensors.open(file)) {
            if (!identity.equals(saved.metadata().get(TRIAL))) {
                throw new IllegalStateException(file + ": belongs to another specification than study.yaml now says; delete it to begin the trial again");
            }
            int step = Integer.parseInt(saved.metadata().get(STEP));
            if (!listener.goesOnAfter(step)) {
                return 0;
            }
            trainer.restore(saved::read);
            this.saved = step;
            return step;
        }
    }

    /** Step {@code t} is done, and told. */
    void after(int t, Trainer trainer) {
        if (t < steps && System.nanoTime() - last >= interval) {
            write(t, trainer);
        }
    }

    /** The training stops after step {@code t}, and is to lose none. */
    void leave(int t, Trainer trainer) {
        if (t > saved) {
            write(t, trainer);
        }
    }

    private void write(int t, Trainer trainer) {
        Safetensors.write(file, trainer.state(), Map.of(STEP, Integer.toString(t), TRIAL, identity));
        saved = t;
        last = System.nanoTime();
    }
}
