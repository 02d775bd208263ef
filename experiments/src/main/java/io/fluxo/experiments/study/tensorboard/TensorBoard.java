package io.fluxo.experiments.study.tensorboard;

import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.text.Text;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * {@code tensorboard/} in a run's folder: a folder for each trial, with one event file that grows by an event a step. What the file says comes from the
 * trial's metrics. A trial that is continued gets a new file in place of the old one, with the steps that are kept and nothing of those that are not: no
 * step is there twice, and none is missing, even if the run was begun without such files. A step keeps the time at which it was first written.
 */
public final class TensorBoard implements StudyProgress {

    private static final String FOLDER = "tensorboard";

    private final RunDirectory directory;
    private final InstantSource clock;
    private final Map<String, Map<String, List<String>>> labels = new ConcurrentHashMap<>();
    private final Map<String, OutputStream> open = new ConcurrentHashMap<>();

    /** @param clock says when something is written */
    public TensorBoard(RunDirectory directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /** Whether the run was begun with event files: then it goes on with them. */
    public static boolean isIn(RunDirectory directory) {
        return Files.isDirectory(directory.root().resolve(FOLDER));
    }

    private Path folder(Trial trial) {
        return directory.root().resolve(FOLDER).resolve(trial.id());
    }

    @Override
    public void labels(Trial trial, String measure, List<String> entries) {
        labels.computeIfAbsent(trial.id(), _ -> new HashMap<>()).put(measure, entries);
    }

    /** Called from the trial's own thread, after the step stands in the trial's metrics. */
    @Override
    public void step(Trial trial, StepMetrics metrics) {
        try {
            OutputStream out = open.get(trial.id());
            if (out == null) {
                out = begin(trial, metrics.step() - 1, labels(trial));
                open.put(trial.id(), out);
            }
            out.write(EventFile.record(Events.step(now(), trial, metrics, labels(trial))));
        } catch (IOException e) {
            throw failed(trial, e);
        }
    }

    private Map<String, List<String>> labels(Trial trial) {
        return labels.getOrDefault(trial.id(), Map.of());
    }

    /** Makes the trial's file whole, whatever it lacks: one that finished before files were asked for has none. */
    @Override
    public void finished(TrialResult result) {
        Trial trial = result.trial();
        try {
            OutputStream writing = open.remove(trial.id());
            if (writing == null && isWhole(result)) {
                return;
            }
            try (OutputStream out = writing != null ? writing : begin(trial, result.steps(), result.labels())) {
                out.write(EventFile.record(Events.sessionEnd(now(), result)));
            }
        } catch (IOException e) {
            throw failed(trial, e);
        }
    }

    private boolean isWhole(TrialResult result) throws IOException {
        List<Path> files = files(folder(result.trial()));
        List<EventFile.Written> events = files.size() == 1 ? EventFile.read(files.getFirst()) : List.of();
        return events.stream().filter(event -> event.tag().equals(Events.LOSS)).count() == result.steps()
                && events.stream().anyMatch(event -> event.tag().equals(Events.SESSION_END) && event.step() == result.steps());
    }

    /** A file that holds the first {@code steps} steps, in place of what there was. */
    private OutputStream begin(Trial trial, int steps, Map<String, List<String>> names) throws IOException {
        Path folder = folder(trial);
        Files.createDirectories(folder);
        List<Path> before = files(folder);
        Map<Long, Double> times = new HashMap<>();
        for (Path file : before) {
            EventFile.read(file).stream().filter(event -> event.tag().equals(Events.LOSS)).forEach(event -> times.put(event.step(), event.wallTime()));
        }
        double now = now();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(EventFile.record(Events.version(now)));
        content.writeBytes(EventFile.record(Events.restart(now)));
        content.writeBytes(EventFile.record(Events.sessionStart(steps == 0 ? now : times.getOrDefault(1L, now), trial)));
        if (steps > 0) {
            for (StepMetrics metrics : directory.steps(trial, steps)) {
                content.writeBytes(EventFile.record(Events.step(times.getOrDefault((long) metrics.step(), now), trial, metrics, names)));
            }
        }
        Path temporary = folder.resolve(".begun.tmp");
        Files.write(temporary, content.toByteArray());
        Path file = folder.resolve(name(before));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        for (Path old : before) {
            Files.delete(old);
        }
        return Files.newOutputStream(file, StandardOpenOption.APPEND);
    }

    /** TensorBoard finds files by this name, and reads those of a folder in the order of their names: a new one comes after those before. */
    private String name(List<Path> before) {
        for (long millis = clock.millis(); ; millis++) {
            String name = Text.format("events.out.tfevents.%010d.%03d.fluxo", millis / 1000, millis % 1000);
            if (before.stream().allMatch(file -> file.getFileName().toString().compareTo(name) < 0)) {
                return name;
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("events.out.tfevents.")).sorted().toList();
        }
    }

    private double now() {
        return clock.millis() / 1e3;
    }

    private UncheckedIOException failed(Trial trial, IOException e) {
        return new UncheckedIOException(Text.format("%s: TensorBoard's events cannot be written: %s", folder(trial), e.getMessage()), e);
    }

    /** Trials that were interrupted stay as they are; a continued run goes on with them. */
    @Override
    public void close() {
        for (OutputStream out : open.values()) {
            try {
                out.close();
            } catch (IOException e) {
                throw new UncheckedIOException(Text.format("%s: cannot be closed: %s", directory.root().resolve(FOLDER), e.getMessage()), e);
            }
        }
    }
}
