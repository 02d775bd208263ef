package io.fluxo.experiments.study.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.trial.Trial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has a trial, on machines whose clocks differ, hang and stand still: each process here has a clock of its own, and beats when it is told to. */
class LeasesTest {

    private static final Duration EVERY = Duration.ofSeconds(10);
    private static final Trial TRIAL = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();

    @TempDir
    Path folder;

    private RunDirectory run;

    @BeforeEach
    void share() throws IOException {
        run = RunDirectory.create(folder.resolve("run"), false);
        WorkFolder.of(run).make();
    }

    /** A process on a machine of its own. */
    private final class Machine {

        /** Counts from anywhere. */
        private final AtomicLong clock;
        private final Leases leases;

        Machine(String name, long since) {
            clock = new AtomicLong(since);
            leases = new Leases(run, new Heartbeat(EVERY), name, clock::get);
        }

        Optional<Lease> take() throws IOException {
            return leases.take(TRIAL);
        }

        /** Looks for the trial once every heartbeat. */
        Optional<Lease> lookFor(int heartbeats) throws IOException {
            Optional<Lease> taken = take();
            for (int i = 0; i < heartbeats && taken.isEmpty(); i++) {
                clock.addAndGet(EVERY.toNanos());
                taken = take();
            }
            return taken;
        }
    }

    private Machine a() {
        return new Machine("a", -5_000_000_000_000L);
    }

    private Machine b() {
        return new Machine("b", Long.MAX_VALUE - 1000); // it wraps around
    }

    @Test
    void oneHasIt() throws Exception {
        Machine a = a();
        assertThat(a.take()).isPresent();
        assertThat(a.take()).isEmpty();
        assertThat(b().take()).isEmpty();
        assertThat(WorkFolder.of(run).holder(TRIAL.id())).contains("a");
    }

    /** The holder's machine writes times that are an hour behind, or ahead: they are of no account. */
    @ParameterizedTest
    @ValueSource(ints = {-3600, 3600})
    void whoBeatsKeepsItWhateverTheClocksSay(int skew) throws Exception {
        Machine a = a();
        Machine b = b();
        Lease lease = a.take().orElseThrow();
        for (int beat = 0; beat < 100; beat++) {
            a.leases.beat();
            touch(Instant.now().plusSeconds(skew));
            assertThat(b.lookFor(Heartbeat.MISSED - 1)).isEmpty();
        }
        assertThat(lease.isLost()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-3600, 0, 3600})
    void whoIsSilentLosesItWhateverTheClocksSay(int skew) throws Exception {
        Machine b = b();
        Lease lease = a().take().orElseThrow();
        List<String> told = new ArrayList<>();
        lease.onLoss(() -> told.add("lost"));
        touch(Instant.now().plusSeconds(skew));
        assertThat(b.lookFor(Heartbeat.MISSED - 1)).isEmpty();
        assertThat(lease.isLost()).isFalse();
        touch(Instant.now().plusSeconds(skew));
        assertThat(b.lookFor(1)).isPresent();
        lease.beat();
        assertThat(lease.isLost()).isTrue();
        assertThat(told).containsExactly("lost");
    }

    /** The watcher was suspended, or the file system hung for both: the holder gets the time to beat again. */
    @Test
    void timeInWhichNobodyLookedIsNoSilence() throws Exception {
        Machine a = a();
        Machine b = b();
        a.take().orElseThrow();
        assertThat(b.take()).isEmpty();
        b.clock.addAndGet(Duration.ofHours(3).toNanos());
        assertThat(b.take()).isEmpty();
        assertThat(b.lookFor(Heartbeat.MISSED - 2)).isEmpty();
        a.leases.beat();
        assertThat(b.lookFor(Heartbeat.MISSED - 1)).isEmpty();
        assertThat(b.lookFor(2)).isPresent();
    }

    @Test
    void theHolderSaysHowOftenItBeats() throws Exception {
        new Leases(run, new Heartbeat(EVERY.multipliedBy(3)), "slow", System::nanoTime).take(TRIAL).orElseThrow();
        Machine b = b();
        assertThat(b.lookFor(3 * Heartbeat.MISSED - 1)).isEmpty();
        assertThat(b.lookFor(1)).isPresent();
    }

    @Test
    void aHolderThatWasKilledBeforeItsFirstBeatLosesItToo() throws Exception {
        Files.createDirectories(folder.resolve("run/work").resolve(TRIAL.id()).resolve("1"));
        Machine b = b();
        assertThat(b.lookFor(Heartbeat.MISSED - 1)).isEmpty();
        assertThat(b.lookFor(1)).isPresent();
    }

    @Test
    void whatIsLetGoIsFreeAtOnce() throws Exception {
        Machine a = a();
        a.leases.end(a.take().orElseThrow());
        assertThat(b().take()).isPresent();
    }

    /** Many find at the same moment that a holder is dead. */
    @Test
    void oneTakesOver() throws Exception {
        int many = 8;
        try (ExecutorService pool = Executors.newFixedThreadPool(many)) {
            for (int turn = 0; turn < 60; turn++) {
                List<Machine> watchers = new ArrayList<>();
                for (int i = 0; i < many; i++) {
                    watchers.add(new Machine("watcher " + i, i));
                }
                a().take(); // in the first turn; later the last one's winner is the holder that is dead
                for (Machine watcher : watchers) {
                    assertThat(watcher.lookFor(Heartbeat.MISSED - 1)).isEmpty();
                    watcher.clock.addAndGet(EVERY.toNanos());
                }
                CyclicBarrier together = new CyclicBarrier(many);
                AtomicInteger taken = new AtomicInteger();
                List<Future<?>> looking = new ArrayList<>();
                for (Machine watcher : watchers) {
                    looking.add(pool.submit(() -> {
                        together.await();
                        taken.addAndGet(watcher.take().isPresent() ? 1 : 0);
                        return null;
                    }));
                }
                for (Future<?> one : looking) {
                    one.get();
                }
                assertThat(taken).as("turn %d", turn).hasValue(1);
            }
        }
    }

    /** Two race along the same numbers: whoever is behind is told so sooner than the other makes a folder, so that they meet all the time. */
    @Test
    void oneMakesANumber() throws Exception {
        int numbers = 3000;
        Path trial = Files.createDirectories(folder.resolve("run").resolve("work").resolve("trial"));
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> made = new ArrayList<>();
            for (int process = 0; process < 2; process++) {
                made.add(pool.submit(() -> {
                    int own = 0;
                    for (int number = 1; number <= numbers; number++) {
                        own += new Generation(trial, number).make() ? 1 : 0;
                    }
                    return own;
                }));
            }
            assertThat(made.get(0).get() + made.get(1).get()).isEqualTo(numbers);
        }
    }

    @Test
    void whoHasLostItPublishesNothing() throws Exception {
        Machine b = b();
        Lease lost = a().take().orElseThrow();
        Lease won = b.lookFor(Heartbeat.MISSED).orElseThrow();
        assertThat(lost.place().root()).isNotEqualTo(won.place().root());
        finish(lost, "the first");
        assertThat(lost.publish(run)).isFalse();
        assertThat(run.isRecorded(TRIAL)).isFalse();
        finish(won, "the second");
        assertThat(won.publish(run)).isTrue();
        assertThat(run.trial(TRIAL).resolve("trial.json")).hasContent("the second");
    }

    @Test
    void whatHasItsResultByNowIsNotTaken() throws Exception {
        Machine a = a();
        Lease lease = a.take().orElseThrow();
        finish(lease, "done");
        assertThat(lease.publish(run)).isTrue();
        a.leases.end(lease);
        assertThat(b().take()).isEmpty();
        assertThat(WorkFolder.of(run).holder(TRIAL.id())).isEmpty();
    }

    /** Taken over between its last check and its rename: the rename finds the place taken, or the other's does. */
    @Test
    void oneResultStaysWhoeverPublishes() throws Exception {
        Machine b = b();
        Lease late = a().take().orElseThrow();
        Lease won = b.lookFor(Heartbeat.MISSED).orElseThrow();
        finish(won, "the second");
        finish(late, "the first");
        assertThat(won.publish(run)).isTrue();
        assertThat(new Generation(folder.resolve("run/work").resolve(TRIAL.id()), 1).place().moveTo(run, TRIAL)).isFalse();
        assertThat(run.trial(TRIAL).resolve("trial.json")).hasContent("the second");
        assertThat(won.publish(run)).isFalse();
    }

    @Test
    void aRunThatIsTakenBackIsLostToAllAndSaysHowToShareIt() throws Exception {
        Machine a = a();
        Lease lease = a.take().orElseThrow();
        Files.move(folder.resolve("run/work"), folder.resolve("run/.work"));
        a.leases.beat();
        assertThat(lease.isLost()).isTrue();
        assertThat(folder.resolve("run/work")).doesNotExist();
        assertThatThrownBy(() -> b().take()).isInstanceOf(BadInput.class).hasMessageContaining("ablate --resume " + run.root() + " --begin");
    }

    private void finish(Lease lease, String what) throws IOException {
        Path trial = Files.createDirectories(lease.place().trial(TRIAL));
        Files.writeString(trial.resolve("trial.json"), what);
    }

    /** Sets the times of all files. */
    private void touch(Instant time) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("run/work"))) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(time));
            }
        }
    }
}
