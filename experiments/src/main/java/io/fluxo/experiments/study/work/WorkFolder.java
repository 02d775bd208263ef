package io.fluxo.experiments.study.work;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * {@code work/} in a run's folder. Where it is, the run is shared: any number of {@code work} processes may train, each under leases. Where it is not, the run belongs to
 * the one {@code ablate} that has its lock. So the two never train at a time. The folder comes and goes by one rename, under a hidden name while it is filled or
 * emptied; who holds a lease in it when it goes finds that the lease is lost.
 */
public record WorkFolder(RunDirectory run) {

    private static final String NAME = "work";
    private static final String HIDDEN = ".work";

    public static WorkFolder of(RunDirectory run) {
        return new WorkFolder(run);
    }

    private Path root() {
        return run.root().resolve(NAME);
    }

    private Path hidden() {
        return run.root().resolve(HIDDEN);
    }

    Path trial(String id) {
        return root().resolve(id);
    }

    public boolean isThere() {
        return Files.isDirectory(root());
    }

    /** What a process has to be told that would work on a run which is not shared. */
    BadInput notShared() {
        return new BadInput(Text.format("%s: is not shared among processes, it belongs to the one that runs it; once that has ended, '%s' shares it", run.root(),
                Launcher.line(List.of("ablate", "--resume", run.root(), "--begin"))));
    }

    /** Shares a run that nobody has worked on. */
    public void make() throws IOException {
        Files.createDirectory(root());
    }

    /** Shares a run that {@code ablate} has worked on: to be called with the run's lock. Trials that it began go on where they are. */
    public void share() throws IOException {
        absorb();
        if (isThere()) {
            return;
        }
        Files.createDirectory(hidden());
        for (Path trial : children(run.root().resolve("trials"))) {
            String id = trial.getFileName().toString();
            if (!run.isRecorded(id)) {
                Generation left = new Generation(hidden().resolve(id), 0);
                Files.createDirectories(left.place().trial(id).getParent());
                Files.move(trial, left.place().trial(id), StandardCopyOption.ATOMIC_MOVE);
                left.end();
            }
        }
        Files.move(hidden(), root(), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Ends the sharing, if the run is shared: to be called with the run's lock. What processes have begun goes on in the run's own folder.
     *
     * @param tell says what is waited for
     * @throws BadInput if a process is at work
     */
    public void takeBack(Heartbeat heartbeat, Consumer<String> tell) throws IOException, InterruptedException {
        absorb();
        if (isThere()) {
            requireNobody(heartbeat, tell);
            Files.move(root(), hidden(), StandardCopyOption.ATOMIC_MOVE);
            absorb();
        }
    }

    /** Removes what sharing has left, when every trial has its result. */
    public void remove() throws IOException {
        try {
            if (Files.isDirectory(hidden())) { // of one that was cut off
                RunDirectory.delete(hidden());
            }
            if (isThere()) {
                Files.move(root(), hidden(), StandardCopyOption.ATOMIC_MOVE);
                RunDirectory.delete(hidden());
            }
        } catch (NoSuchFileException | UncheckedIOException another) {
            // is removing it too
        }
    }

    /** Whoever holds one of {@code trials}, for people. */
    public Optional<String> holder(String trial) throws IOException {
        Optional<Generation> newest = Generation.newest(trial(trial));
        return newest.isPresent() && !newest.get().hasEnded() ? Optional.of(newest.get().holder()) : Optional.empty();
    }

    private void requireNobody(Heartbeat heartbeat, Consumer<String> tell) throws IOException, InterruptedException {
        Watch watch = new Watch(heartbeat, System::nanoTime);
        List<Held> doubtful = new ArrayList<>();
        for (Path trial : children(root())) {
            Optional<Generation> newest = Generation.newest(trial).filter(lease -> !lease.hasEnded());
            if (newest.isPresent() && !run.isRecorded(trial.getFileName().toString())) {
                doubtful.add(new Held(newest.get(), newest.get().pulse()));
            }
        }
        if (!doubtful.isEmpty()) {
            tell.accept(Text.format("%s held by %s: looking whether it lives", doubtful.size() == 1 ? "a trial is" : Text.count(doubtful.size(), "trial") + " are",
                    doubtful.getFirst().lease.holder()));
        }
        while (!doubtful.isEmpty()) {
            List<Held> still = new ArrayList<>();
            for (Held held : doubtful) {
                if (held.showsLife()) {
                    throw new BadInput(Text.format("%s: %s is training %s; wait for it, or end it; or join in: %s", run.root(), held.lease.holder(),
                            held.lease.trial().getFileName(), Launcher.line(List.of("work", run.root()))));
                }
                if (!held.lease.hasEnded() && !watch.isLost(held.lease)) {
                    still.add(held);
                }
            }
            doubtful = still;
            if (!still.isEmpty()) {
                Thread.sleep(Generation.patience(still.getFirst().pulse, heartbeat).toMillis() / (2 * Heartbeat.MISSED));
            }
        }
    }

    /** A lease, and its beat when it was first looked at. */
    private record Held(Generation lease, String pulse) {

        boolean showsLife() throws IOException {
            return !lease.hasEnded() && (lease.next().isThere() || !lease.pulse().equals(pulse));
        }
    }

    /** Brings back what lies under the hidden name: copies, since a process that has not noticed yet may still write there. */
    private void absorb() throws IOException {
        for (Path trial : children(hidden())) {
            String id = trial.getFileName().toString();
            Optional<Generation> newest = Generation.of(trial).stream().filter(lease -> lease.place().canResume(id)).reduce((_, newer) -> newer);
            if (newest.isPresent() && !run.isRecorded(id) && !run.canResume(id)) {
                run.goOnFrom(newest.get().place(), id);
            }
        }
        if (Files.isDirectory(hidden())) {
            RunDirectory.delete(hidden());
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }
}
