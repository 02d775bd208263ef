package io.fluxo.experiments.study.run;

import static io.fluxo.model.ModelSpec.*;

import io.fluxo.checkpoint.AtomicFile;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.file.RegularFile;
import io.fluxo.experiments.study.trial.Curves;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialRecord;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.model.ModelSpec;
import io.fluxo.setting.Values;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder that a run leaves, as docs and {@code --resume} know it.
 *
 * @param modelAtRoot whether the one model of the run stands in the folder itself ({@code train}) and not in its trial's folder
 */
public record RunDirectory(Path root, boolean modelAtRoot) {

    private static final String SPARK = "spark";

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
        } catch (IOException e) {
            throw cannotBegin(root, e);
        }
        return writable(root, modelAtRoot);
    }

    /** Makes a folder for a new run, called {@code root} or, where there is one already, {@code root-2}, {@code root-3} …: each is given out once. */
    public static RunDirectory createNext(Path root, boolean modelAtRoot) {
        try {
            Files.createDirectories(root.toAbsolutePath().getParent());
            for (int number = 1; ; number++) {
                Path next = number == 1 ? root : root.resolveSibling(Text.format("%s-%d", root.getFileName(), number));
                try {
                    Files.createDirectory(next); // which is whose, the file system decides
                    return writable(next, modelAtRoot);
                } catch (FileAlreadyExistsException taken) {
                    // by another process, this very second
                }
            }
        } catch (IOException e) {
            throw cannotBegin(root, e);
        }
    }

    /** An empty folder beside this one, in which a run is laid out before it {@linkplain #become takes} this one's place. */
    public RunDirectory draft() throws IOException {
        String name = Text.format(".%s.%s", root.toAbsolutePath().getFileName(), UUID.randomUUID());
        return new RunDirectory(Files.createDirectory(root.toAbsolutePath().resolveSibling(name)), modelAtRoot);
    }

    /**
     * Takes the place of {@code other}, an empty folder: the run is there as a whole or not at all, whoever else begins one there.
     *
     * @throws BadInput if something is there by now
     */
    public void become(RunDirectory other) throws IOException {
        try {
            Files.move(root, other.root, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException inTheWay) {
            throw new BadInput(Text.format("--out %s: exists and is not empty, or cannot be replaced (%s); choose another folder", other.root,
                    inTheWay.getMessage()), inTheWay);
        }
    }

    private static RunDirectory writable(Path root, boolean modelAtRoot) {
        try {
            Path probe = Files.createTempFile(root, ".probe", ""); // a permission bit says less than a file that could be made
            Files.delete(probe);
        } catch (IOException e) {
            throw cannotBegin(root, e);
        }
        return new RunDirectory(root, modelAtRoot);
    }

    private static BadInput cannotBegin(Path root, IOException e) {
        return new BadInput(Text.format("--out %s: %s", root, switch (e) {
            case FileAlreadyExistsException taken -> taken.getFile() + " is in the way, and is not a folder";
            case AccessDeniedException _ -> "may not be written (permission denied)";
            default -> "cannot be written: " + e.getMessage();
        }), e);
    }

    private static void requireEmptyDirectory(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new BadInput(Text.format("--out %s: exists and is not a folder", root));
        }
        try (Stream<Path> children = Files.list(root)) {
            if (!children.allMatch(RunDirectory::isBeforeTheBeginning)) {
                throw new BadInput(Files.exists(root.resolve("study.yaml"))
                        ? Text.format("--out %s: holds a run already; continue it with --resume %s, or choose another folder", root, Launcher.quoted(root))
                        : Text.format("--out %s: exists and is not empty; choose another folder, or continue a run with --resume DIR", root));
            }
        }
    }

    /** Whether {@code file} may lie in the folder of a run that was cut off before it began, at {@code study.yaml}. */
    private static boolean isBeforeTheBeginning(Path file) {
        String name = file.getFileName().toString();
        return name.equals(RunLock.FILE) || name.equals(SPARK) || name.equals("environment.json") || isTemporary(file);
    }

    /** Whether {@code file} is what a process left that ended while it wrote. */
    private static boolean isTemporary(Path file) {
        return file.getFileName().toString().matches("\\..*\\.tmp");
    }

    /**
     * Checks once more that the folder is new: to be called with the folder locked, when no other process can begin a run.
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
            throw new BadInput(Text.format("%s: no such folder", root));
        }
        if (!Files.isRegularFile(root.resolve("study.yaml")) || !Files.isRegularFile(root.resolve("environment.json"))) {
            throw new BadInput(Text.format("%s: not the folder of a run: it lacks study.yaml or environment.json", root));
        }
        return new RunDirectory(root, modelAtRoot);
    }

    public Path studyFile() {
        return root.resolve("study.yaml");
    }

    public Path report() {
        return root.resolve("report.html");
    }

    /** What Spark needs and logs while it works on the run; removed when the run has ended well. */
    public Path spark() {
        return root.resolve(SPARK);
    }

    public Path trial(Trial trial) {
        return trial(trial.id());
    }

    public Path trial(String id) {
        return root.resolve("trials").resolve(id);
    }

    public Path model(Trial trial) {
        return modelAtRoot ? root : trial(trial).resolve("model");
    }

    Path metrics(Trial trial) {
        return metrics(trial.id());
    }

    private Path metrics(String id) {
        return trial(id).resolve("metrics.jsonl");
    }

    /** Where the trial keeps the state that it resumes from; removed when it is finished, unless it {@linkplain #goesFurther goes further}. */
    Path checkpoint(Trial trial) {
        return checkpoint(trial.id());
    }

    private Path checkpoint(String id) {
        return trial(id).resolve("checkpoint.safetensors");
    }

    /** Whether a finished trial may be trained on: the checkpoint after its last step is kept, about three times the size of its model. */
    boolean goesFurther() {
        return modelAtRoot;
    }

    /** Whether what came of the trial is on disk: if not, {@code --resume} runs it again. */
    public boolean isRecorded(Trial trial) {
        return isRecorded(trial.id());
    }

    public boolean isRecorded(String id) {
        return Files.exists(record(id));
    }

    /** The file of what came of the trial. */
    public Path record(Trial trial) {
        return record(trial.id());
    }

    private Path record(String id) {
        return trial(id).resolve("trial.json");
    }

    /** Whether the trial was interrupted and has left a state to resume from. */
    public boolean canResume(String id) {
        return Files.isRegularFile(checkpoint(id));
    }

    /**
     * Takes over how far a trial came in {@code other}, where it may still be trained. The checkpoint is read first and appears last: the metrics that are
     * copied between hold at least what it tells, and what has a checkpoint here is whole.
     */
    public void goOnFrom(RunDirectory other, String id) throws IOException {
        Files.createDirectories(trial(id));
        Path copy = trial(id).resolve(".checkpoint.tmp");
        Files.copy(other.checkpoint(id), copy, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(other.metrics(id), metrics(id), StandardCopyOption.REPLACE_EXISTING);
        Files.move(copy, checkpoint(id), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Moves a finished trial, with everything that belongs to it, to where {@code other} has its trials: by one rename, if nothing is there.
     *
     * @return false if {@code other} has its result already
     */
    public boolean moveTo(RunDirectory other, Trial trial) throws IOException {
        Files.createDirectories(other.trial(trial).getParent());
        try {
            Files.move(trial(trial), other.trial(trial), StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (FileSystemException inTheWay) {
            if (other.isRecorded(trial)) {
                return false;
            }
            throw inTheWay;
        }
    }

    /** @throws BadInput if {@code environment.json} is damaged */
    public ObjectNode environment() {
        Path file = root.resolve("environment.json");
        try {
            if (Json.parse(Files.readString(file)) instanceof ObjectNode environment) {
                return environment;
            }
            throw new BadInput(file + ": must be one JSON object");
        } catch (IOException | JacksonException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }

    /** The result of a trial that is finished; empty if it is still to be run. */
    public Optional<TrialResult> result(Trial trial) {
        Path file = record(trial);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        RegularFile.require(file);
        try {
            return Optional.of(TrialRecord.read(file, Files.readString(file), trial));
        } catch (IOException e) {
            throw new BadInput(Text.format("%s: cannot be read: %s", file, e.getMessage()), e);
        }
    }

    /** A trial's metrics; none if the file is missing or cannot be read. */
    public Curves curves(Trial trial) {
        try {
            return Curves.read(metrics(trial)).measuredBy(trial);
        } catch (IOException e) {
            return Curves.EMPTY; // a curve missing from the report is no reason to lose the report
        }
    }

    /** The first {@code count} steps of a trial, or those that were trained. */
    public List<StepMetrics> steps(Trial trial, int count) throws IOException {
        return Files.isRegularFile(metrics(trial)) ? MetricsLog.read(metrics(trial), count) : List.of();
    }

    /** Makes the trial's folder. What an interrupted attempt left there is kept if the trial can resume from it, and removed otherwise. */
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

    /** Removes {@link #spark}. */
    public void removeSpark() throws IOException {
        delete(spark());
    }

    /** Removes {@code folder} with all that is in it. */
    public static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) { // does not follow links
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) {
            Files.delete(path);
        }
    }

    void finish(TrialResult result) throws IOException {
        if (!goesFurther() || result.outcome() != TrialStatus.FINISHED) {
            Files.deleteIfExists(checkpoint(result.trial())); // before the record: it may be what fills the disk
        }
        AtomicFile.write(record(result.trial()), Json.pretty(TrialRecord.write(result)));
    }

    /**
     * Takes back that the trial is finished, and with it the run: what is left is a run that was interrupted after its last step. To be called with
     * the folder locked, before {@code study.yaml} asks for more steps; whatever happens between, the run can be continued.
     *
     * @throws BadInput if the trial did not finish, or has left nothing to resume from
     */
    public void reopen(Trial trial) throws IOException {
        Optional<TrialResult> result = result(trial);
        if (result.isEmpty()) {
            return;
        }
        if (result.get().outcome() != TrialStatus.FINISHED) {
            throw new BadInput(Text.format("--resume %s: the training %s (%s): there is nothing to go on from", root, Values.label(result.get().outcome()),
                    result.get().message()));
        }
        if (trial.model().get(FAMILY) != ModelSpec.Family.NGRAM && !Files.isRegularFile(checkpoint(trial))) { // an n-gram is counted anew
            throw new BadInput(Text.format("--resume %s: %s is missing, the optimizer's state after the last step: more steps cannot follow; begin another run",
                    root, checkpoint(trial)));
        }
        Files.delete(record(trial));
        for (String file : List.of("results.json", "results.csv", "timings.json", "report.html")) {
            Files.deleteIfExists(root.resolve(file));
        }
    }

    /** Writes one of the run's own files, whole or not at all. */
    public void write(String name, String content) {
        Path file = root.resolve(name);
        try {
            AtomicFile.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(Text.format("%s: cannot be written (%s); trials that finished are kept: continue with --resume %s", file,
                    e.getMessage(), Launcher.quoted(root)), e);
        }
    }
}
