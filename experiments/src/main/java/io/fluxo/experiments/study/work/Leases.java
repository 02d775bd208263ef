package io.fluxo.experiments.study.work;

import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.text.Text;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The leases of one process on the trials of a shared run.
 *
 * <p>A trial belongs to whoever made the highest numbered folder under {@code work/<trial>/}. Making a folder is atomic on file systems that machines share, where file locks
 * are not to be relied on; taking a trial for the first time and taking it over are therefore one and the same step, and only one process can do it. A
 * number is given out once, so that a listing that a client keeps for a while can at worst make a process try for a number that is taken.
 *
 * <p>No two clocks are compared. Holders count beats, watchers measure by their own monotonic clock how long a count stands still ({@link Watch}).
 */
public final class Leases implements AutoCloseable {

    private final WorkFolder work;
    private final RunDirectory run;
    private final Heartbeat heartbeat;
    private final String holder;
    private final Watch watch;
    private final List<Lease> held = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("heartbeat").daemon().factory());

    Leases(RunDirectory run, Heartbeat heartbeat, String holder, LongSupplier nanoTime) {
        this.work = WorkFolder.of(run);
        this.run = run;
        this.heartbeat = heartbeat;
        this.holder = holder;
        this.watch = new Watch(heartbeat, nanoTime);
    }

    /** The leases of this process, which beat until they are closed. */
    public static Leases of(RunDirectory run, Heartbeat heartbeat) {
        Leases leases = new Leases(run, heartbeat, Text.format("process %d on %s", ProcessHandle.current().pid(), host()), System::nanoTime);
        leases.heart.scheduleWithFixedDelay(leases::beat, heartbeat.every().toMillis(), heartbeat.every().toMillis(), TimeUnit.MILLISECONDS);
        return leases;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "a machine without a name";
        }
    }

    Heartbeat heartbeat() {
        return heartbeat;
    }

    void beat() {
        held.forEach(Lease::beat);
    }

    /**
     * Takes {@code trial}, if it is open and nobody is at it.
     *
     * @throws io.fluxo.experiments.BadInput if the run is not shared any more
     */
    Optional<Lease> take(Trial trial) throws IOException {
        try {
            Path folder = work.trial(trial.id());
            makeIfMissing(folder);
            Optional<Generation> newest = Generation.newest(folder);
            if (newest.isPresent() && !newest.get().hasEnded() && !watch.isLost(newest.get())) {
                return Optional.empty();
            }
            Generation own = newest.map(Generation::next).orElse(new Generation(folder, 1));
            if (!own.make()) {
                return Optional.empty();
            }
            Lease lease = new Lease(trial, own, heartbeat, holder);
            if (run.isRecorded(trial)) { // by the last holder, just before it let go
                lease.end();
                return Optional.empty();
            }
            held.add(lease);
            return Optional.of(lease);
        } catch (NoSuchFileException takenBack) {
            throw work.notShared();
        }
    }

    private static void makeIfMissing(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException another) {
                // was quicker
            }
        }
    }

    void end(Lease lease) throws IOException {
        held.remove(lease);
        lease.end();
    }

    @Override
    public void close() {
        heart.shutdownNow();
    }
}
