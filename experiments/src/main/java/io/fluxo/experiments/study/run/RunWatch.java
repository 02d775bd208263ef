package io.fluxo.experiments.study.run;

import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;

/** Tells the steps of trials that other processes train, by what they write into {@code metrics.jsonl}. A step is told once, however often it was done. */
public final class RunWatch {

    private static final int MOST_BYTES = 1 << 22;

    private final Map<Trial, Tail> tails = new LinkedHashMap<>();
    private final StudyProgress progress;

    /** @param trials those that are open; steps that lie in the folder already are not told */
    public RunWatch(List<PreparedTrial> trials, RunDirectory directory, StudyProgress progress) {
        this.progress = progress;
        for (PreparedTrial prepared : trials) {
            Tail tail = new Tail(directory.metrics(prepared.trial()));
            if (Files.isRegularFile(directory.checkpoint(prepared.trial()))) { // without one the trial begins at its first step
                tail.read().forEach(step -> tail.steps = step.step());
            }
            tails.put(prepared.trial(), tail);
        }
    }

    /** Steps that lay in the folder when the watch began. */
    public long stepsBefore() {
        return tails.values().stream().mapToLong(tail -> tail.steps).sum();
    }

    /** Tells what has been done since the last time. */
    public void look() {
        tails.keySet().forEach(this::look);
    }

    /** The same for {@code trial} alone. */
    public void look(Trial trial) {
        Tail tail = tails.get(trial);
        for (StepMetrics step : tail.read()) {
            if (step.step() > tail.steps) {
                tail.steps = step.step();
                progress.step(trial, step);
            }
        }
    }

    /** The end of one file that grows, and may begin anew. */
    private static final class Tail {

        private final Path file;
        private long position;
        private int steps;

        Tail(Path file) {
            this.file = file;
        }

        /** What the whole lines tell that came since the last time; nothing where the file is not there, or cannot be read just now. */
        List<StepMetrics> read() {
            try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
                if (in.length() < position) {
                    position = 0;
                }
                in.seek(position);
                byte[] bytes = new byte[(int) Math.min(in.length() - position, MOST_BYTES)];
                in.readFully(bytes);
                int end = bytes.length;
                while (end > 0 && bytes[end - 1] != '\n') {
                    end--;
                }
                List<StepMetrics> told = new String(bytes, 0, end, StandardCharsets.UTF_8).lines().map(MetricsLog::step).toList();
                position += end;
                return told;
            } catch (IOException | JacksonException notNow) {
                position = 0; // replaced while it was read: what was told is not told again
                return List.of();
            }
        }
    }
}
