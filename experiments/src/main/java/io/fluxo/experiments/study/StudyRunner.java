package io.fluxo.experiments.study;

import io.fluxo.train.Measure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the trials of a study that are not finished yet, some at a time, and records each as it ends. */
public final class StudyRunner {

    private final TrialExecutor executor;
    private final int jobs;
    private final StudyProgress progress;
    private volatile boolean cancelled;

    public StudyRunner(TrialExecutor executor, int jobs, StudyProgress progress) {
        this.executor = executor;
        this.jobs = jobs;
        this.progress = progress;
    }

    /** Asks the trials that are running to stop, and starts no more. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Results in the order of {@code trials}; fewer if the run was cancelled.
     *
     * @throws IOException if the run's folder cannot be written to: results that cannot be kept are no results
     */
    public List<TrialResult> run(List<PreparedTrial> trials, RunDirectory directory) throws IOException, InterruptedException {
        List<PreparedTrial> open = trials.stream().filter(prepared -> directory.result(prepared.trial()).isEmpty()).toList();
        progress.begin(trials.size(), trials.size() - open.size(), open.stream().mapToLong(prepared -> prepared.trial().training().steps()).sum());
        try (ExecutorService pool = Executors.newFixedThreadPool(jobs, Thread.ofPlatform().name("trial-", 1).daemon().factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (PreparedTrial prepared : open) {
                running.add(pool.submit(() -> {
                    runOne(prepared, directory);
                    return null;
                }));
            }
            await(running);
        }
        List<TrialResult> results = new ArrayList<>();
        for (PreparedTrial prepared : trials) {
            directory.result(prepared.trial()).ifPresent(results::add); // read back: a resumed run and an uninterrupted one see the same
        }
        return results;
    }

    private void await(List<Future<?>> running) throws IOException, InterruptedException {
        try {
            for (Future<?> trial : running) {
                trial.get();
            }
        } catch (ExecutionException e) {
            cancelled = true;
            switch (e.getCause()) {
                case IOException io -> throw io;
                case UncheckedIOException io -> throw io.getCause();
                case RuntimeException runtime -> throw runtime;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            cancelled = true;
            throw e;
        }
    }

    private void runOne(PreparedTrial prepared, RunDirectory directory) throws IOException {
        if (cancelled) {
            return;
        }
        Trial trial = prepared.trial();
        directory.clear(trial);
        long begin = System.nanoTime();
        try (MetricsLog log = new MetricsLog(directory.metrics(trial))) {
            Recorder recorder = new Recorder(trial, log);
            Optional<TrialResult> result = attempt(prepared, directory, recorder, begin);
            if (result.isPresent()) {
                directory.finish(result.get());
                progress.finished(result.get());
            }
        }
    }

    /** Empty if the trial was cancelled. */
    private Optional<TrialResult> attempt(PreparedTrial prepared, RunDirectory directory, Recorder recorder, long begin) {
        Trial trial = prepared.trial();
        try {
            TrialOutcome outcome = executor.execute(trial, prepared.task(), directory.model(trial), recorder);
            return switch (outcome.ending()) {
                case CANCELLED -> {
                    if (!cancelled) {
                        yield Optional.of(recorder.failed("the executor stopped without having been asked to", begin));
                    }
                    yield Optional.empty();
                }
                case DIVERGED -> Optional.of(recorder.diverged(outcome, begin));
                case FINISHED -> Optional.of(recorder.ended(outcome, begin));
            };
        } catch (Exception | LinkageError | StackOverflowError | OutOfMemoryError | AssertionError e) {
            if (cancelled) {
                return Optional.empty(); // most likely its consequence; the trial is run again on resume
            }
            String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return Optional.of(recorder.failed(message, begin));
        }
    }

    /** Listens to one trial, on that trial's thread. */
    private final class Recorder implements TrialListener {

        private final Trial trial;
        private final MetricsLog log;
        private final List<String> proved = new ArrayList<>();
        private final Map<Measure, List<String>> labels = new EnumMap<>(Measure.class);
        private final Deque<Double> lastLosses = new ArrayDeque<>();
        private OptionalDouble validationLoss = OptionalDouble.empty();
        private boolean finite = true;
        private int steps;

        Recorder(Trial trial, MetricsLog log) {
            this.trial = trial;
            this.log = log;
        }

        @Override
        public void proved(String sentence) {
            proved.add(sentence);
        }

        @Override
        public void labels(Measure measure, List<String> entries) {
            labels.put(measure, List.copyOf(entries));
        }

        @Override
        public void step(StepMetrics metrics) {
            if (metrics.step() != steps + 1) {
                throw new IllegalStateException("step %d was told after step %d".formatted(metrics.step(), steps));
            }
            steps = metrics.step();
            finite &= Double.isFinite(metrics.loss());
            if (lastLosses.size() == TrialResult.FINAL_STEPS) {
                lastLosses.removeFirst();
            }
            lastLosses.addLast(metrics.loss());
            if (metrics.validationLoss().isPresent()) {
                validationLoss = metrics.validationLoss();
            }
            log.append(metrics);
            progress.step(trial, metrics);
        }

        @Override
        public boolean cancelled() {
            return cancelled;
        }

        TrialResult ended(TrialOutcome outcome, long begin) {
            if (!finite) {
                return diverged(outcome, begin);
            }
            if (steps != trial.training().steps()) {
                return failed("the executor stopped after %d of %d steps".formatted(steps, trial.training().steps()), begin);
            }
            double sum = 0;
            for (double loss : lastLosses) {
                sum += loss;
            }
            return result(TrialResult.Outcome.FINISHED, sum / lastLosses.size(), outcome.parameters(), begin, "");
        }

        TrialResult diverged(TrialOutcome outcome, long begin) {
            return result(TrialResult.Outcome.DIVERGED, Double.NaN, outcome.parameters(), begin, "");
        }

        TrialResult failed(String message, long begin) {
            return result(TrialResult.Outcome.FAILED, Double.NaN, 0, begin, message);
        }

        private TrialResult result(TrialResult.Outcome outcome, double finalLoss, long parameters, long begin, String message) {
            double seconds = Math.round((System.nanoTime() - begin) / 1e6) / 1e3;
            return new TrialResult(trial, outcome, finalLoss, validationLoss, parameters, steps, seconds, List.copyOf(proved), Map.copyOf(labels),
                    message);
        }
    }
}
