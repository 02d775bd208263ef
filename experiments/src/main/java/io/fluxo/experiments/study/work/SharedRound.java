package io.fluxo.experiments.study.work;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.work.SharedRunner.Crew;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One round as a process sees it that shares it with others. Each of its jobs takes a trial that nobody has, trains it, publishes its result, and takes the next; where
 * all that are open are held by others, it waits until they have results or are given up.
 */
final class SharedRound {

    private final Crew crew;
    private final RunDirectory run;
    private final List<PreparedTrial> round;
    private final List<PreparedTrial> order;
    private final StudyProgress progress;
    private final Set<String> over = new HashSet<>();
    private final Map<String, StudyRunner> inHand = new LinkedHashMap<>();
    private final Map<String, String> leftOpen = new LinkedHashMap<>();
    private List<String> waitedFor = List.of();
    private boolean stopped;

    SharedRound(Crew crew, List<PreparedTrial> round, StudyProgress progress) {
        this.crew = crew;
        this.run = crew.run();
        this.round = round;
        this.order = crew.shard().first(round);
        this.progress = progress;
    }

    synchronized void cancel() {
        stopped = true;
        inHand.values().forEach(StudyRunner::cancel);
        notifyAll();
    }

    /** The results of all trials, in the order of the round. */
    List<TrialResult> run() throws RunStopped, IOException, InterruptedException {
        round.stream().map(prepared -> prepared.trial().id()).filter(run::isRecorded).forEach(over::add);
        long steps = round.stream().map(PreparedTrial::trial).filter(trial -> !over.contains(trial.id())).mapToLong(trial -> trial.training().get(STEPS)).sum();
        progress.begin(round.size(), over.size(), steps);
        try (ExecutorService pool = Executors.newFixedThreadPool(crew.jobs(), Thread.ofPlatform().name("job-", 1).daemon().factory())) {
            List<Future<?>> jobs = new ArrayList<>();
            for (int job = 0; job < crew.jobs(); job++) {
                jobs.add(pool.submit(() -> {
                    for (Optional<Taken> taken = next(); taken.isPresent(); taken = next()) {
                        train(taken.get());
                    }
                    return null;
                }));
            }
            await(jobs);
        }
        if (stopped) {
            throw new RunStopped();
        }
        requireRecorded();
        return round.stream().map(prepared -> run.result(prepared.trial()).orElseThrow()).toList();
    }

    private void await(List<Future<?>> jobs) throws IOException, InterruptedException {
        try {
            for (Future<?> job : jobs) {
                job.get();
            }
        } catch (ExecutionException e) {
            cancel();
            switch (e.getCause()) {
                case RuntimeException runtime -> throw runtime;
                case IOException io -> throw io;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            cancel();
            throw e;
        }
    }

    /** A full disk, a missing permission: what this process could not record, nor another in its place. */
    private void requireRecorded() {
        leftOpen.keySet().removeIf(run::isRecorded);
        leftOpen.forEach((trial, why) -> {
            throw new UncheckedIOException(Text.format("trial %s failed: %s; nothing is recorded of it; when that is mended, this goes on: %s", trial, why,
                    Launcher.line(List.of("work", run.root()))), new IOException(why));
        });
    }

    /** A trial that this process holds. */
    private record Taken(PreparedTrial prepared, Lease lease, StudyRunner runner) {

        Trial trial() {
            return prepared.trial();
        }
    }

    /** Takes a trial, once one can be taken; empty when nothing is left to do here. */
    private synchronized Optional<Taken> next() throws IOException, InterruptedException {
        while (!stopped) {
            List<String> others = new ArrayList<>();
            for (PreparedTrial prepared : order) {
                Trial trial = prepared.trial();
                if (inHand.containsKey(trial.id()) || leftOpen.containsKey(trial.id()) || isOver(trial)) {
                    continue;
                }
                Optional<Lease> lease = crew.leases().take(trial);
                if (lease.isPresent()) {
                    return Optional.of(taken(prepared, lease.get()));
                }
                others.add(WorkFolder.of(run).holder(trial.id()).map(holder -> Text.format("%s (%s)", trial.id(), holder)).orElse(trial.id()));
            }
            if (others.isEmpty()) {
                return Optional.empty();
            }
            if (inHand.isEmpty() && !others.equals(waitedFor)) {
                waitedFor = others;
                progress.waiting(others);
            }
            wait(Math.max(1, crew.leases().heartbeat().every().toMillis() / 2));
        }
        return Optional.empty();
    }

    private boolean isOver(Trial trial) {
        if (!over.contains(trial.id()) && run.isRecorded(trial)) {
            over.add(trial.id());
            run.result(trial).ifPresent(progress::finishedElsewhere);
        }
        return over.contains(trial.id());
    }

    private Taken taken(PreparedTrial prepared, Lease lease) {
        StudyRunner runner = new StudyRunner(crew.executor(), 1, new Own(progress));
        inHand.put(prepared.trial().id(), runner);
        lease.onLoss(runner::cancel);
        return new Taken(prepared, lease, runner);
    }

    private void train(Taken taken) throws IOException, InterruptedException {
        Optional<TrialResult> published = Optional.empty();
        Optional<String> failure = Optional.empty();
        try {
            RunDirectory place = taken.lease.place();
            List<TrialResult> results = taken.runner.run(List.of(taken.prepared), place);
            if (!results.isEmpty() && place.isRecorded(taken.trial())) {
                published = Optional.of(results.getFirst()).filter(_ -> publish(taken));
            } else if (!results.isEmpty()) {
                failure = Optional.of(results.getFirst().message());
            }
            crew.leases().end(taken.lease);
        } catch (IOException | UncheckedIOException ofTheMachine) {
            failure = Optional.of(String.valueOf(ofTheMachine.getMessage()));
            crew.leases().end(taken.lease);
        } finally {
            release(taken, published, taken.lease.isLost() ? Optional.empty() : failure);
        }
    }

    private boolean publish(Taken taken) {
        try {
            return taken.lease.publish(run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void release(Taken taken, Optional<TrialResult> published, Optional<String> failure) {
        String id = taken.trial().id();
        inHand.remove(id);
        published.ifPresent(result -> {
            over.add(id);
            progress.finished(result);
        });
        failure.ifPresent(why -> leftOpen.put(id, why));
        notifyAll();
    }

    /** Tells of a trial that is trained here; the round tells of its beginning and its end itself. */
    private record Own(StudyProgress round) implements StudyProgress {

        @Override
        public void resumed(Trial trial, int step) {
            round.resumed(trial, step);
        }

        @Override
        public void restarted(Trial trial, String why) {
            round.restarted(trial, why);
        }

        @Override
        public void step(Trial trial, StepMetrics metrics) {
            round.step(trial, metrics);
        }
    }
}
