package io.fluxo.experiments.study.run;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.study.trial.AxisCurve;
import io.fluxo.experiments.study.trial.Curves;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.TrialListener;
import io.fluxo.experiments.study.trial.TrialOutcome;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the trials of a study that are not finished yet, some at a time, and records each as it ends. */
public final class StudyRunner {

    private final TrialExecutor executor;
    private final int jobs;
    private final StudyProgress progress;
    private final Map<Trial, TrialResult> unwritten = new ConcurrentHashMap<>();
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

    /** Results in the order of {@code trials}; fewer if the run was cancelled. A trial whose result could not be written is among them as failed. */
    public List<TrialResult> run(List<PreparedTrial> trials, RunDirectory directory) throws InterruptedException {
        List<PreparedTrial> open = trials.stream().filter(prepared -> directory.result(prepared.trial()).isEmpty()).toList();
        progress.begin(trials.size(), trials.size() - open.size(), open.stream().mapToLong(prepared -> prepared.trial().training().get(STEPS)).sum());
        try (ExecutorService pool = Executors.newFixedThreadPool(jobs, Thread.ofPlatform().name("trial-", 1).daemon().factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (PreparedTrial prepared : open) {
                running.add(pool.submit(() -> runOne(prepared, directory)));
            }
            await(running);
        }
        List<TrialResult> results = new ArrayList<>();
        for (PreparedTrial prepared : trials) {
            // read back: a resumed run and an uninterrupted one see the same
            directory.result(prepared.trial()).or(() -> Optional.ofNullable(unwritten.get(prepared.trial()))).ifPresent(results::add);
        }
        return results;
    }

    private void await(List<Future<?>> running) throws InterruptedException {
        try {
            for (Future<?> trial : running) {
                trial.get();
            }
        } catch (ExecutionException e) {
            cancelled = true;
            switch (e.getCause()) {
                case RuntimeException runtime -> throw runtime;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            cancelled = true;
            throw e;
        }
    }

    private void runOne(PreparedTrial prepared, RunDirectory directory) {
        if (cancelled) {
            return;
        }
        TrialRecorder recorder = new TrialRecorder(prepared.trial(), directory);
        attempt(prepared, directory, recorder).ifPresent(result -> keep(result, directory));
    }

    /** Puts {@code result} on disk. */
    private void keep(TrialResult result, RunDirectory directory) {
        try {
            directory.finish(result);
            progress.finished(result);
        } catch (IOException e) {
            leftOpen(result.failed("its result cannot be written: " + message(e)));
        }
    }

    /** Empty if the trial was cancelled, or is left open. */
    private Optional<TrialResult> attempt(PreparedTrial prepared, RunDirectory directory, TrialRecorder recorder) {
        Trial trial = prepared.trial();
        try (recorder) {
            directory.prepare(trial);
            TrialOutcome outcome = executor.execute(trial, prepared.task(), directory.model(trial), recorder);
            return switch (outcome.ending()) {
                case CANCELLED -> {
                    if (!cancelled) {
                        yield Optional.of(recorder.failed("the executor stopped without having been asked to"));
                    }
                    yield Optional.empty();
                }
                case DIVERGED -> Optional.of(recorder.diverged(outcome));
                case FINISHED -> Optional.of(recorder.ended(outcome));
            };
        } catch (Exception | Error e) {
            if (cancelled) {
                return Optional.empty(); // most likely its consequence; the trial is run again on resume
            }
            TrialResult failed = recorder.failed(message(e).replace(directory.root().toString(), "."));
            if (isOfTheMachine(e)) {
                leftOpen(failed);
                return Optional.empty();
            }
            return Optional.of(failed);
        }
    }

    /** A full disk, a missing permission: says nothing about the trial, which has to be run again. */
    private static boolean isOfTheMachine(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException && !(cause instanceof CharacterCodingException)) {
                return true;
            }
        }
        return false;
    }

    /** The trial has failed for now: it is among the results of this session, and nothing is recorded of it. */
    private void leftOpen(TrialResult failed) {
        unwritten.put(failed.trial(), failed);
        progress.finished(failed);
    }

    private static String message(Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return switch (e) {
            case OutOfMemoryError _ -> Text.format("out of memory (%s; the JVM may use %,d MB)", message, Runtime.getRuntime().maxMemory() >> 20);
            case FileSystemException file when file.getReason() != null -> Text.format("%s: %s", file.getFile(), file.getReason());
            case FileSystemException file -> Text.format("%s (%s)", message, file.getClass().getSimpleName());
            default -> message;
        };
    }

    /** Listens to one trial, on that trial's thread. */
    private final class TrialRecorder implements TrialListener, AutoCloseable {

        private final Trial trial;
        private final RunDirectory directory;
        private final long begin = System.nanoTime();
        private final List<String> proved = new ArrayList<>();
        private final List<String> notProved = new ArrayList<>();
        private final Map<String, List<String>> labels = new LinkedHashMap<>();
        private final Deque<Double> lastLosses = new ArrayDeque<>();
        private Findings findings = Findings.NONE;
        private OptionalDouble validationLoss = OptionalDouble.empty();
        private int notFinite;
        private int steps;
        private MetricsLog log;

        TrialRecorder(Trial trial, RunDirectory directory) {
            this.trial = trial;
            this.directory = directory;
        }

        @Override
        public Path checkpoint() {
            return directory.checkpoint(trial);
        }

        @Override
        public boolean goesFurther() {
            return directory.goesFurther();
        }

        @Override
        public String told() {
            return log == null ? "" : log.told();
        }

        @Override
        public boolean goesOnAfter(int step, String told) {
            try {
                Optional<MetricsLog.Continued> continued = MetricsLog.continued(directory.metrics(trial), step, told);
                continued.ifPresent(before -> {
                    log = before.log();
                    before.before().forEach(this::account);
                    progress.resumed(trial, step);
                });
                return continued.isPresent();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read metrics: " + message(e), e);
            }
        }

        @Override
        public void beginsAnew(String why) {
            progress.restarted(trial, why);
        }

        @Override
        public void proved(String sentence) {
            proved.add(sentence);
        }

        @Override
        public void notProved(String sentence) {
            notProved.add(sentence);
        }

        @Override
        public void labels(String measure, List<String> entries) {
            labels.put(measure, List.copyOf(entries));
            progress.labels(trial, measure, labels.get(measure));
        }

        @Override
        public void step(StepMetrics metrics) {
            try {
                log = log == null ? MetricsLog.begin(directory.metrics(trial)) : log;
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write metrics: " + message(e), e);
            }
            account(metrics);
            log.append(metrics);
            progress.step(trial, metrics);
        }

        private void account(StepMetrics metrics) {
            if (metrics.step() != steps + 1) {
                throw new IllegalStateException(Text.format("step %d was told after step %d", metrics.step(), steps));
            }
            steps = metrics.step();
            if (notFinite == 0 && !Double.isFinite(metrics.loss())) {
                notFinite = steps;
            }
            if (lastLosses.size() == TrialResult.FINAL_STEPS) {
                lastLosses.removeFirst();
            }
            lastLosses.addLast(metrics.loss());
            if (metrics.validationLoss().isPresent()) {
                validationLoss = metrics.validationLoss();
            }
        }

        @Override
        public void figure(String name, double value) {
            findings = findings.with(name, value);
        }

        @Override
        public void curve(AxisCurve curve) {
            findings = findings.with(curve);
        }

        @Override
        public boolean cancelled() {
            return cancelled;
        }

        TrialResult ended(TrialOutcome outcome) {
            if (notFinite > 0) {
                return diverged(outcome);
            }
            if (steps != trial.training().get(STEPS)) {
                return failed(Text.format("the executor stopped after %d of %d steps", steps, trial.training().get(STEPS)));
            }
            Curves curves = directory.curves(trial);
            curves.streamGradientSpread().ifPresent(spread -> figure("stream_gradient_spread", spread));
            curves.streamGradientSpreadAtStart().ifPresent(spread -> figure("stream_gradient_spread_at_start", spread));
            double sum = 0;
            for (double loss : lastLosses) {
                sum += loss;
            }
            return result(TrialStatus.FINISHED, sum / lastLosses.size(), outcome.parameters(), "");
        }

        TrialResult diverged(TrialOutcome outcome) {
            return result(TrialStatus.DIVERGED, Double.NaN, outcome.parameters(), Text.format("the loss of step %,d is not finite", notFinite));
        }

        TrialResult failed(String message) {
            return result(TrialStatus.FAILED, Double.NaN, 0, message);
        }

        private TrialResult result(TrialStatus outcome, double finalLoss, long parameters, String message) {
            double seconds = Math.round((System.nanoTime() - begin) / 1e6) / 1e3;
            return new TrialResult(trial, outcome, finalLoss, validationLoss, parameters, steps, seconds, new Proofs(proved, notProved), Map.copyOf(labels),
                    findings, message);
        }

        @Override
        public void close() throws IOException {
            if (log != null) {
                log.close();
            }
        }
    }
}
