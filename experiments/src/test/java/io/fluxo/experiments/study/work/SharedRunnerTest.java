package io.fluxo.experiments.study.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.task.Tasks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several runners on one folder, as several processes are. */
class SharedRunnerTest {

    private static final TrialExecutor SYNTHETIC = new SyntheticExecutor(3.1);
    private static final Heartbeat QUICK = new Heartbeat(Duration.ofMillis(20));

    @TempDir
    Path folder;

    private final List<PreparedTrial> trials = Trials.prepare(Trials.of(Fixtures.study(Fixtures.SMALL), 1), new Tasks(Fixtures.CATALOG), Locations.of("test"));
    private RunDirectory run;

    @BeforeEach
    void share() throws IOException {
        run = RunDirectory.create(folder.resolve("run"), false);
        WorkFolder.of(run).make();
    }

    /** What one of the runners told. */
    private static final class Told implements StudyProgress {

        private final List<String> here = new ArrayList<>();
        private final List<String> elsewhere = new ArrayList<>();
        private final CountDownLatch waits = new CountDownLatch(1);

        @Override
        public synchronized void finished(TrialResult result) {
            here.add(result.trial().id());
        }

        @Override
        public synchronized void finishedElsewhere(TrialResult result) {
            elsewhere.add(result.trial().id());
        }

        @Override
        public void waiting(List<String> others) {
            waits.countDown();
        }
    }

    private SharedRunner runner(TrialExecutor executor, int jobs, Shard shard, Leases leases, StudyProgress told) {
        return new SharedRunner(new SharedRunner.Crew(executor, jobs, shard, run, leases), () -> told);
    }

    @Test
    void togetherTheyTrainEachTrialOnceAndAllHaveAllResults() throws Exception {
        Map<String, Integer> begun = new ConcurrentHashMap<>();
        TrialExecutor counting = (trial, task, model, listener) -> {
            begun.merge(trial.id(), 1, Integer::sum);
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        List<TrialResult> alone = new StudyRunner(SYNTHETIC, 1, StudyProgress.SILENT).run(trials, RunDirectory.create(folder.resolve("alone"), false));
        List<Told> told = List.of(new Told(), new Told(), new Told());
        try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
            List<Future<List<TrialResult>>> results = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int index = i;
                results.add(pool.submit(() -> {
                    try (Leases leases = Leases.of(run, QUICK)) {
                        return runner(counting, 1 + index % 2, new Shard(index, 3), leases, told.get(index)).run(trials);
                    }
                }));
            }
            for (Future<List<TrialResult>> result : results) {
                assertThat(result.get()).usingRecursiveFieldByFieldElementComparatorIgnoringFields("seconds").isEqualTo(alone);
            }
        }
        assertThat(begun.values()).hasSize(trials.size()).containsOnly(1);
        assertThat(told.stream().flatMap(one -> one.here.stream())).containsExactlyInAnyOrderElementsOf(trials.stream().map(prepared -> prepared.trial().id()).toList());
        assertThat(told).allSatisfy(one -> assertThat(one.here.size() + one.elsewhere.size()).isLessThanOrEqualTo(trials.size()));
        WorkFolder.of(run).remove();
        assertThat(run.root()).isDirectoryNotContaining("glob:**/{,.}work");
    }

    @Test
    void itBeginsWithItsOwn() throws Exception {
        List<String> order = new ArrayList<>();
        TrialExecutor noting = (trial, task, model, listener) -> {
            order.add(trial.id());
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        try (Leases leases = Leases.of(run, QUICK)) {
            runner(noting, 1, new Shard(1, 2), leases, StudyProgress.SILENT).run(trials);
        }
        assertThat(order).containsExactly(id(1), id(3), id(0), id(2));
    }

    /**
     * A holder is suspended at step 10, another takes over; in the midst of that one's training the first wakes up, trains to the end and would publish. It spoils nothing, and
     * has the other's result in the end.
     */
    @Test
    void whoWakesUpWhenAnotherHasTakenOverSpoilsNothing() throws Exception {
        List<PreparedTrial> one = trials.subList(0, 1);
        CountDownLatch suspended = new CountDownLatch(1);
        CountDownLatch awake = new CountDownLatch(1);
        Told first = new Told();
        Told second = new Told();
        TrialExecutor suspends = (trial, task, model, listener) -> SYNTHETIC.execute(trial, task, model, new Pausing(listener, 10, () -> {
            suspended.countDown();
            await(awake);
        }));
        TrialExecutor overlaps = (trial, task, model, listener) -> SYNTHETIC.execute(trial, task, model, new Pausing(listener, 20, () -> {
            awake.countDown();
            await(first.waits);
        }));
        Leases silent = new Leases(run, QUICK, "suspended", System::nanoTime); // it does not beat
        try (ExecutorService pool = Executors.newFixedThreadPool(1); Leases leases = Leases.of(run, QUICK)) {
            Future<List<TrialResult>> late = pool.submit(() -> runner(suspends, 1, Shard.WHOLE, silent, first).run(one));
            await(suspended);
            List<TrialResult> result = runner(overlaps, 1, Shard.WHOLE, leases, second).run(one);
            assertThat(late.get()).isEqualTo(result);
        }
        assertThat(second.here).containsExactly(id(0));
        assertThat(first.here).isEmpty();
        assertThat(first.elsewhere).containsExactly(id(0));
        RunDirectory alone = RunDirectory.create(folder.resolve("alone"), false);
        new StudyRunner(SYNTHETIC, 1, StudyProgress.SILENT).run(one, alone);
        assertThat(run.trial(id(0)).resolve("metrics.jsonl")).hasSameBinaryContentAs(alone.trial(id(0)).resolve("metrics.jsonl"));
    }

    @Test
    void whatIsStoppedIsLetGoAtOnce() throws Exception {
        AtomicReference<SharedRunner> runner = new AtomicReference<>();
        TrialExecutor stops = (trial, task, model, listener) -> {
            runner.get().cancel();
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        try (Leases leases = Leases.of(run, QUICK)) {
            runner.set(runner(stops, 1, Shard.WHOLE, leases, StudyProgress.SILENT));
            assertThatThrownBy(() -> runner.get().run(trials)).isInstanceOf(RunStopped.class);
            assertThatThrownBy(() -> runner.get().run(trials)).as("it stays stopped").isInstanceOf(RunStopped.class);
        }
        assertThat(WorkFolder.of(run).holder(id(0))).isEmpty();
        assertThat(run.isRecorded(id(0))).isFalse();
        Leases never = new Leases(run, new Heartbeat(Duration.ofHours(1)), "another", System::nanoTime);
        assertThat(runner(SYNTHETIC, 2, Shard.WHOLE, never, StudyProgress.SILENT).run(trials)).hasSize(trials.size());
    }

    /** A full disk is no property of a trial: nothing is recorded of it, and another process may have more luck. */
    @Test
    void whatCannotBeRecordedIsLeftToOthers() throws Exception {
        ConcurrentSkipListSet<String> begun = new ConcurrentSkipListSet<>();
        TrialExecutor full = (trial, task, model, listener) -> {
            begun.add(trial.id());
            if (trial.id().equals(id(1))) {
                throw new IOException("No space left on device");
            }
            return SYNTHETIC.execute(trial, task, model, listener);
        };
        try (Leases leases = Leases.of(run, QUICK)) {
            assertThatThrownBy(() -> runner(full, 1, Shard.WHOLE, leases, StudyProgress.SILENT).run(trials)).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("trial " + id(1) + " failed: No space left on device; nothing is recorded of it").hasMessageContaining("work " + run.root());
            assertThat(begun).as("the others are trained").hasSize(trials.size());
            assertThat(run.isRecorded(id(1))).isFalse();
            assertThat(runner(SYNTHETIC, 1, Shard.WHOLE, leases, StudyProgress.SILENT).run(trials)).hasSize(trials.size());
        }
    }

    private String id(int at) {
        Trial trial = trials.get(at).trial();
        return trial.id();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
