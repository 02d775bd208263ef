package io.fluxo.experiments.lab;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.checkpoint.CheckpointException;
import io.fluxo.checkpoint.Safetensors;
import io.fluxo.checkpoint.TensorDigest;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.plugin.Catalog;
import io.fluxo.proof.ProvedProgram;
import io.fluxo.tensor.HostArray;
import io.fluxo.text.Text;
import io.fluxo.train.LearningRate;
import io.fluxo.train.Trainer;
import io.fluxo.train.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state from which an interrupted training resumes: parameters and optimizer state in a safetensors file, and in its metadata the step they
 * belong to, a digest of what was reported of the steps until then, and a checksum over everything. Data and dropout are functions of the step, so
 * the step is the position in both. The file is replaced as a whole.
 */
final class Checkpoint {

    private static final String STEP = "step";
    private static final String TRIAL = "trial";
    private static final String TOLD = "told";

    /** How a pass until then was another program than the proved one; empty where none was. */
    private static final String DIFFERS = "differs";
    private static final String CHECKSUM = "sha256";

    private final Path file;
    private final Trial trial;
    private final Catalog catalog;
    private final ProvedProgram program;
    private final TrialListener listener;
    private final long interval;
    private long last = System.nanoTime();
    private int written;

    /** @param interval time between two checkpoints; zero for one after every step */
    Checkpoint(Trial trial, Catalog catalog, ProvedProgram program, TrialListener listener, Duration interval) {
        this.file = listener.checkpoint();
        this.trial = trial;
        this.catalog = catalog;
        this.program = program;
        this.listener = listener;
        this.interval = interval.toNanos();
    }

    /** The step that {@code trainer} stands after: 0 where there is nothing to resume from. */
    int restore(Trainer trainer) {
        if (!Files.exists(file)) {
            return 0;
        }
        try {
            Saved saved = read();
            if (!saved.isIntact()) {
                return anew("is damaged: its content does not fit its checksum");
            }
            int step = Integer.parseInt(saved.texts.get(STEP));
            if (step < 1 || step > trial.training().get(STEPS) || !identity(step).equals(saved.texts.get(TRIAL))) {
                return anew("belongs to another specification than study.yaml now says");
            }
            if (!listener.goesOnAfter(step, saved.texts.get(TOLD))) {
                return anew(Text.format("metrics.jsonl beside it does not hold the %,d steps until then as they were written", step));
            }
            trainer.restore(saved.tensors::get);
            program.goesOnFrom(Optional.ofNullable(saved.texts.get(DIFFERS)).filter(text -> !text.isEmpty()));
            written = step;
            return step;
        } catch (CheckpointException e) {
            if (e.getCause() instanceof IOException) {
                throw e; // it may be right, it only cannot be read now
            }
            return anew(e.getMessage());
        }
    }

    private int anew(String why) {
        listener.beginsAnew(why.startsWith(file.toString()) ? why : file + ": " + why);
        return 0;
    }

    /** Called when step {@code t} is done and reported. */
    void after(int t, Trainer trainer) {
        boolean due = t < trial.training().get(STEPS) ? System.nanoTime() - last >= interval : listener.goesFurther();
        if (due) {
            write(t, trainer);
        }
    }

    /** Called when the training stops after step {@code t}, so that no step is lost. */
    void leave(int t, Trainer trainer) {
        if (t > written) {
            write(t, trainer);
        }
    }

    private void write(int t, Trainer trainer) {
        Map<String, HostArray> tensors = trainer.state();
        Map<String, String> texts = new HashMap<>(Map.of(STEP, Integer.toString(t), TRIAL, identity(t), TOLD, listener.told(), DIFFERS, program.difference().orElse("")));
        texts.put(CHECKSUM, TensorDigest.of(tensors, texts));
        Safetensors.write(file, tensors, texts);
        written = t;
        last = System.nanoTime();
    }

    /**
     * Everything that the first {@code steps} steps depend on. The total number of steps belongs to it only where the first steps read it, as a
     * learning rate that falls towards the end does.
     */
    private String identity(int steps) {
        TrainingSpec training = trial.training();
        boolean alike = LearningRate.of(training.with(STEPS, steps), catalog).agrees(LearningRate.of(training, catalog), steps);
        TrainingSpec soFar = alike ? training.with(STEPS, 0) : training;
        return List.of(trial.seed(), trial.task(), trial.model(), soFar).toString();
    }

    private record Saved(Map<String, HostArray> tensors, Map<String, String> texts) {

        boolean isIntact() {
            Map<String, String> others = new HashMap<>(texts);
            String written = others.remove(CHECKSUM);
            return TensorDigest.of(tensors, others).equals(written);
        }
    }

    private Saved read() {
        try (Safetensors saved = Safetensors.open(file)) {
            Map<String, HostArray> tensors = new HashMap<>();
            saved.names().forEach(name -> tensors.put(name, saved.read(name)));
            return new Saved(tensors, saved.metadata());
        }
    }
}
