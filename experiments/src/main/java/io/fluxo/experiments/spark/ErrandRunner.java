package io.fluxo.experiments.spark;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.study.trial.TrialRecord;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Text;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/**
 * Carries out errands on an executor. A trial is laid out as {@code --resume} does it, from the run's folder, and goes on from its checkpoint where there is
 * one. When the executor's process is asked to end, it leaves one.
 */
public final class ErrandRunner {

    /** What network file systems show late they show within a minute, unless they are set otherwise. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Spark waits ten seconds before it ends a process by force. */
    private static final long SECONDS_TO_END = 9;
    private static final long LOOK = Duration.ofSeconds(1).toNanos();

    private final Function<Optional<Path>, Workbench> workbenches;
    private Site last;

    /** @param workbenches makes the workbench, given the folder of plugins */
    public ErrandRunner(Function<Optional<Path>, Workbench> workbenches) {
        this.workbenches = workbenches;
    }

    /** A run, opened here; kept for its next trial. */
    private record Site(Errand errand, RunDirectory directory, StudyTrials trials, Workbench.OpenBackend backend) {}

    /**
     * Trains a trial.
     *
     * @param errand  {@link Errand#line}
     * @param attempt names this attempt; no other has that name
     * @return {@link Answer#line}; null if it was stopped
     */
    public String apply(String errand, String attempt) {
        try {
            return run(Errand.parse(errand), attempt).map(Answer::line).orElse(null);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    Optional<Answer> run(Errand errand, String attemptName) throws InterruptedException {
        try {
            if (!Files.isRegularFile(errand.run().resolve("study.yaml"))) {
                return Optional.of(refused(Text.format("it does not see %s; the run's folder has to lie where every executor sees it under the same path (--out)",
                        errand.run())));
            }
            Site site = site(errand.to(""));
            PreparedTrial prepared = TrialOfRun.find(site.trials(), site.directory(), errand.trial(), PATIENCE);
            Attempt attempt = Attempt.begin(site.directory().spark().resolve("attempts").resolve(errand.trial()), attemptName);
            return train(prepared, site, attempt);
        } catch (BadInput | BackendUnavailable here) {
            return Optional.of(refused(here.getMessage()));
        } catch (IOException unreadable) {
            return Optional.of(refused(unreadable.toString()));
        }
    }

    private static Answer refused(String why) {
        return new Answer.Refused(Text.format("the executor on %s: %s", host(), why));
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "a machine without a name";
        }
    }

    private synchronized Site site(Errand errand) {
        if (last == null || !last.errand().equals(errand)) {
            Workbench workbench = workbenches.apply(errand.plugins());
            RunDirectory directory = RunDirectory.resume(errand.run(), false);
            StudyReader.Read read = new StudyReader(workbench.catalog(), workbench.studies()::defaults).read(directory.studyFile());
            StudyTrials trials = StudyTrials.of(read.study(), errand.seed(), workbench.catalog(), read.locations())
                    .require(trial -> workbench.obstacles(trial.trial().model(), trial.trial().training(), errand.backend()));
            trials.inputs().requireSame(directory.root(), directory.environment().path("inputs"), trials.locations());
            last = new Site(errand, directory, trials, workbench.open(errand.backend()));
        }
        return last;
    }

    private static Optional<Answer> train(PreparedTrial prepared, Site site, Attempt attempt) throws InterruptedException {
        TrialExecutor executor = site.backend().executor(site.errand().checkpoints());
        TrialExecutor ifLast = (trial, task, model, listener) -> {
            TrialOutcome outcome = executor.execute(trial, task, model, listener);
            attempt.requireLast(); // before anything is recorded of it
            return outcome;
        };
        AtomicReference<Runnable> stop = new AtomicReference<>();
        StudyRunner runner = new StudyRunner(ifLast, 1, new UntilTakenOver(attempt, stop));
        stop.set(runner::cancel);
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> end(runner, ended), "end of the trial");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return Optional.empty();
        }
        try {
            return runner.run(List.of(prepared), site.directory()).stream().findFirst().map(result -> answer(result, site.directory()));
        } finally {
            ended.countDown();
            remove(hook);
        }
    }

    private static Answer answer(TrialResult result, RunDirectory directory) {
        return new Answer.Result(Json.line(TrialRecord.write(result)), directory.isRecorded(result.trial()));
    }

    /** Lets the trial leave a checkpoint before the process ends. */
    private static void end(StudyRunner runner, CountDownLatch ended) {
        runner.cancel();
        try {
            ended.await(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (InterruptedException now) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // it is at work
        }
    }

    /** Looks once a second whether another attempt has begun, and then stops this one. */
    private static final class UntilTakenOver implements StudyProgress {

        private final Attempt attempt;
        private final AtomicReference<Runnable> stop;
        private long looked = System.nanoTime();

        UntilTakenOver(Attempt attempt, AtomicReference<Runnable> stop) {
            this.attempt = attempt;
            this.stop = stop;
        }

        @Override
        public void step(Trial trial, StepMetrics metrics) {
            long now = System.nanoTime();
            if (now - looked >= LOOK) {
                looked = now;
                if (!attempt.isLast()) {
                    stop.get().run();
                }
            }
        }
    }
}
