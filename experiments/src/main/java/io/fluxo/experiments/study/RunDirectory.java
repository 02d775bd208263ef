package io.fluxo.experiments.study;

import io.fluxo.checkpoint.AtomicFile;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The folder that a run leaves, as docs and {@code --resume} know it.
 *
 * @param modelAtRoot whether the one model of the run stands in the folder itself ({@code train}) and not in its trial's folder
 */
public record RunDirectory(Path root, boolean modelAtRoot) {

    /**
     * Makes a folder for a new run.
     *
     * @throws BadInput if something is there already, or it cannot be written to
     */
    public static RunDirectory create(Path root, boolean modelAtRoot) {
        try {
            if (Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
                requireEmptyDirectory(root);
            }
            Files.createDirectories(root);
            Path probe = Files.createTempFile(root, ".probe", ""); // a permission bit says less than a file that could be made
            Files.delete(probe);
        } catch (FileAlreadyExistsException e) {
            throw new BadInput(Text.format("--out %s: %s is in the way, and is not a folder", root, e.getFile()), e);
        } catch (AccessDeniedException e) {
            throw new BadInput(Text.format("--out %s: may not be written (permission denied)", root), e);
        } catch (IOException e) {
            throw new BadInput(Text.format("--out %s: cannot be written: %s", root, e.getMessage()), e);
        }
        return new RunDirectory(root, modelAtRoot);
    }

    private static void requireEmptyDirectory(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new BadInput(Text.format("--out %s: exists and is not a folder", root));
        }
        try (Stream<Path> children = Files.list(root)) {
            if (!children.allMatch(RunDirectory::isBeforeTheBeginning)) {
                throw new BadInput(Files.exists(root.resolve("study.yaml"))
                        ? Text.format("--out %s: holds a run already; continue it with --resume %s, or choose another folder", root, root)
                        : Text.format("--out %s: exists and is not empty; choose another folder, or continue a run with --resume DIR", root));
            }
        }
    }

    /** Whether {@code file} may lie in the folder of a run that was cut off before it began, at {@code study.yaml}. */
    private static boolean isBeforeTheBeginning(Path file) {
        String name = file.getFileName().toString();
        return name.equals(RunLock.FILE) || name.equals("environment.json") || isTemporary(file);
    }

    /** Whether {@code file} is what a process left that ended while it wrote. */
    private static boolean isTemporary(Path file) {
        return file.getFileName().toString().matches("\\..*\\.tmp");
    }

    /**
     * Looks again, now that nobody else can begin: to be called with the folder locked.
     *
     * @throws BadInput if another process began a run here meanwhile
     */
    public void requireNew() throws IOException {
        requireEmptyDirectory(root);
    }

    /** Removes what a process left that ended while it wrote: to be called with the folder locked. */
    public void sweep() throws IOException {
        sweep(root);
    }

    private static void sweep(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(RunDirectory::isTemporary).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** @throws BadInput if {@code root} is not the folder of a run */
    public static RunDirectory resume(Path root, boolean modelAtRoot) {
        if (!Files.isDirectory(root)) {
            throw new BadInput(Text.format("--resume %s: no such folder", root));
        }
        if (!Files.isRegularFile(root.resolve("study.yaml")) || !Files.isRegularFile(root.resolve("environment.json"))) {
            throw new BadInput(Text.format("--resume %s: not the folder of a run: it lacks study.yaml or environment.json", root));
        }
        return new RunDirectory(root, modelAtRoot);
    }

    public Path studyFile() {
        return root.resolve("study.yaml");
    }

    public Path report() {
        return root.resolve("report.html");
    }

    public Path trial(Trial trial) {
        return root.resolve("trials").resolve(trial.id());
    }

    public Path model(Trial trial) {
        return modelAtRoot ? root : trial(trial).resolve("model");
    }

    Path metrics(Trial trial) {
        return trial(trial).resolve("metrics.jsonl");
    }

    /** Where the trial keeps what it goes on from; gone when it is finished. */
    Path checkpoint(Trial trial) {
        return trial(trial).resolve("checkpoint.safetensors");
    }

    private Path record(Trial trial) {
        return trial(trial).resolve("trial.json");
    }

    /** @throws BadInput if {@code environment.json} is damaged */
    public JsonNode environment() {
        Path file = root.resolve("environment.json");
        try {
            return Json.parse(Files.readString(file));
        } catch (IOException | JacksonException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }

    /** The result of a trial that is finished; empty if it is still to be run. */
    Optional<TrialResult> result(Trial trial) {
        Path file = record(trial);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(TrialRecord.read(file.toString(), Files.readString(file), trial));
        } catch (IOException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }

    /** A trial's metrics; none if the file is missing or cannot be read. */
    public Curves curves(Trial trial) {
        try {
            return Curves.read(metrics(trial));
        } catch (IOException e) {
            return Curves.EMPTY; // a curve missing from the report is no reason to lose the report
        }
    }

    /** Makes the trial's folder. What an interrupted attempt left there is kept if the trial can go on from it, and removed otherwise. */
    void prepare(Trial trial) throws IOException {
        Path folder = trial(trial);
        if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(checkpoint(trial))) {
            delete(folder);
        }
        Files.createDirectories(folder);
        Files.createDirectories(model(trial));
        sweep(folder);
        sweep(model(trial));
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) { // does not follow links
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    void finish(TrialResult result) throws IOException {
        Files.deleteIfExists(checkpoint(result.trial())); // before the record: it may be what fills the disk
        AtomicFile.write(record(result.trial()), Json.pretty(TrialRecord.write(result)));
    }

    /** Writes one of the run's own files, whole or not at all. */
    public void write(String name, String content) {
        Path file = root.resolve(name);
        try {
            AtomicFile.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(Text.format("%s: cannot be written (%s); trials that finished are kept: continue with --resume %s", file,
                    e.getMessage(), root), e);
        }
    }
}
