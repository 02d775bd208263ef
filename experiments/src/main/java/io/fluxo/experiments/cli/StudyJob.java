package io.fluxo.experiments.cli;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.report.StudyReport;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spark.SparkDriver;
import io.fluxo.experiments.spark.SparkRounds;
import io.fluxo.experiments.spark.SparkSettings;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyDifference;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.result.Results;
import io.fluxo.experiments.study.result.ResultsCsv;
import io.fluxo.experiments.study.result.StudyResult;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.run.BothProgress;
import io.fluxo.experiments.study.run.Course;
import io.fluxo.experiments.study.run.Environment;
import io.fluxo.experiments.study.run.Recorded;
import io.fluxo.experiments.study.run.RoundRunner;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.run.RunLock;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.experiments.study.run.StudyProgress;
import io.fluxo.experiments.study.run.StudyRunner;
import io.fluxo.experiments.study.tensorboard.TensorBoard;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.experiments.study.work.Heartbeat;
import io.fluxo.experiments.study.work.WorkFolder;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.text.Launcher;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs a study whose trials are prepared, and writes all files of the run.
 *
 * @param call        the command that runs it
 * @param trials      the trials
 * @param before      the run that is continued; empty for a new one
 * @param jobs        trials at a time; 0 for as many as there are processors
 * @param checkpoints time between two checkpoints of a trial
 * @param engine      where they are trained
 */
record StudyJob(Environment.Call call, Workbench workbench, StudyOptions common, Terminal terminal, Interruption interruption, StudyTrials trials,
                RunSettings settings, Optional<Begun> before, int jobs, Duration checkpoints, Engine engine) {

    /** What a run is made with; fixed when it is begun, so that a resumed part cannot differ. */
    record RunSettings(String backend, Optional<String> dtype, int device, long seed) {

        /**
         * The settings that {@code environment} of the run in {@code folder} records.
         *
         * @throws BadInput if it does not
         */
        static RunSettings of(JsonNode environment, Path folder) {
            JsonNode backend = environment.path("backend");
            JsonNode dtype = backend.path("dtype");
            if (!backend.path("name").isString() || !dtype.isString() && !dtype.isNull() || !backend.path("device").isInt()
                    || !environment.path("seed").canConvertToLong() || !environment.path("seed").isIntegralNumber()) {
                throw new BadInput(Text.format("%s: does not say with which backend (name, dtype, device) and seed the run began; begin another",
                        folder.resolve("environment.json")));
            }
            return new RunSettings(backend.path("name").stringValue(), dtype.isNull() ? Optional.empty() : Optional.of(dtype.stringValue()),
                    backend.path("device").intValue(), environment.path("seed").longValue());
        }

        /** Lays out {@code study}: opens corpora, and checks that every trial can run. */
        StudyTrials trials(Workbench workbench, Study study, Locations locations) {
            BackendChoice choice = choice(1);
            return StudyTrials.of(study, seed, workbench.catalog(), locations)
                    .require(trial -> workbench.obstacles(trial.trial().model(), trial.trial().training(), choice));
        }

        BackendChoice choice(int threads) {
            return new BackendChoice(backend, dtype, device, threads);
        }
    }

    /**
     * A run that is continued.
     *
     * @param study as it says until now
     */
    record Begun(RunDirectory directory, Study study) {

        /** The training steps that were asked for until now. */
        int steps() {
            return study.training().get(STEPS);
        }
    }

    /** A run that has ended. */
    record Finished(StudyResult result, RunDirectory directory) {}

    /**
     * How the processors are shared out.
     *
     * @param jobs    trials at a time
     * @param threads for each of them
     */
    record Shares(int jobs, int threads) {

        /**
         * @param wanted  jobs; 0 for as many as there are processors
         * @param threads for each of them; null for an equal share
         */
        static Shares of(int wanted, int trials, Integer threads) {
            int processors = Runtime.getRuntime().availableProcessors();
            int jobs = Math.max(1, Math.min(wanted > 0 ? wanted : processors, trials));
            return new Shares(jobs, threads != null ? threads : Math.max(1, processors / jobs));
        }
    }

    /** Empty if the run was interrupted. */
    Optional<Finished> run() throws IOException, InterruptedException {
        Shares shares = switch (engine) {
            case Engine.Here _ -> Shares.of(jobs, trials.all().size(), common.threads);
            case Engine.Spark spark -> new Shares(1, spark.settings().threads()); // how many at a time, the master says
        };
        BackendChoice choice = settings.choice(shares.threads());
        try (Workbench.OpenBackend backend = workbench.open(choice)) {
            RunDirectory directory = before.map(Begun::directory).orElseGet(this::folder);
            try (RunLock _ = RunLock.take(directory.root()); Interruption.StoppableWork work = interruption.work()) {
                takeBack(directory, work);
                return switch (engine) {
                    case Engine.Here _ -> run(directory, choice, backend, shares.jobs(), new Here(backend, shares.jobs(), directory, work));
                    case Engine.Spark spark -> onSpark(spark, directory, choice, backend, work);
                };
            }
        }
    }

    /** Makes a run that is continued this process's own. */
    private void takeBack(RunDirectory directory, Interruption.StoppableWork work) throws IOException, InterruptedException {
        if (before.isPresent()) {
            sameRun(before.get()).requireSameInputs();
            directory.sweep();
            work.stoppedBy(Thread.currentThread()::interrupt, "nothing was changed"); // it may wait for a minute
            WorkFolder.of(directory).takeBack(Heartbeat.USUAL, line -> terminal.err().println("fluxo: " + line));
            work.stoppedBy(() -> { }, "nothing was begun");
        }
    }

    /** Spark is there before anything of the run is written. */
    private Optional<Finished> onSpark(Engine.Spark spark, RunDirectory directory, BackendChoice choice, Workbench.OpenBackend backend,
                                       Interruption.StoppableWork work) throws IOException, InterruptedException {
        try (SparkDriver driver = SparkDriver.start(spark.settings(), spark.jars(), directory.spark())) {
            work.stoppedBy(driver::stop, "trials that finished are kept, and of others what their last checkpoint holds: continue with " + continuing(directory));
            int atOnce = driver.await();
            Optional<Finished> finished = run(directory, choice, backend, atOnce, new SparkRounds(driver, directory, common.pluginFolder(), settings.seed(),
                    choice, checkpoints, this::progress, this::waiting, continuing(directory)));
            driver.close();
            directory.removeSpark();
            return finished;
        } catch (RunStopped stopped) {
            return Optional.empty();
        }
    }

    private void waiting() {
        terminal.err().println("fluxo: no executor of Spark's has come yet: the master may have none free, or none with that much memory");
    }

    private Optional<Finished> run(RunDirectory directory, BackendChoice choice, Workbench.OpenBackend backend, int atOnce, RoundRunner runner)
            throws IOException, InterruptedException {
        JsonNode environment = before.isPresent() ? continued(before.get()) : begun(directory, choice, backend);
        long begin = System.nanoTime();
        Course course;
        try {
            course = Course.run(trials, runner);
        } catch (RunStopped stopped) {
            return Optional.empty();
        }
        double seconds = Math.round((System.nanoTime() - begin) / 1e6) / 1e3;
        return Optional.of(judged(course, directory, environment, timings(course.all(), seconds, atOnce, choice.threads())));
    }

    /** Judges what was trained, and leaves the run's results. */
    private Finished judged(Course course, RunDirectory directory, JsonNode environment, ObjectNode timings) {
        StudyResult result = StudyResult.of(study(), workbench.studies().definition(study()), settings.backend(), settings.seed(), course.measured(),
                course.results(), workbench::size).with(course.tuning());
        Finished finished = new Finished(result, directory);
        tellFailures(finished);
        leave(finished, course.measured(), environment, timings);
        return finished;
    }

    /** Lays out the folder of a run that {@code work} trains: a new one, or the one that is continued. Trains nothing. */
    RunDirectory begin() throws IOException, InterruptedException {
        Shares shares = Shares.of(jobs, trials.all().size(), common.threads);
        BackendChoice choice = settings.choice(shares.threads());
        try (Workbench.OpenBackend backend = workbench.open(choice)) {
            if (before.isPresent()) {
                RunDirectory directory = before.get().directory();
                try (RunLock _ = RunLock.take(directory.root())) {
                    sameRun(before.get()).requireSameInputs();
                    sameRun(before.get()).requireSameBuild();
                    directory.sweep();
                    continued(before.get());
                    WorkFolder.of(directory).share();
                }
                return directory;
            }
            RunDirectory directory = folder();
            RunDirectory draft = directory.draft();
            try {
                begun(draft, choice, backend);
                WorkFolder.of(draft).make();
                draft.become(directory);
                return directory;
            } catch (IOException | RuntimeException failed) {
                RunDirectory.delete(draft.root());
                throw failed;
            }
        }
    }

    /** What {@link #collect} came to. */
    sealed interface Collected {

        /** Every trial has its result. */
        record Judged(Finished finished) implements Collected {}

        /** Some have none: those of the round that is open, each with who trains it, if anybody does. */
        record Open(List<String> trials) implements Collected {}
    }

    /**
     * Judges a run that other processes train. Takes no lock, as these may be on machines that a lock does not reach: it writes nothing but whole files, which are the
     * same whoever writes them.
     */
    Collected collect() throws IOException, InterruptedException {
        RunDirectory directory = before.orElseThrow().directory();
        Recorded recorded = new Recorded(directory);
        Course course;
        try {
            sameRun(before.get()).requireSameInputs();
            course = Course.run(trials, recorded);
        } catch (RunStopped open) {
            List<String> missing = new ArrayList<>();
            for (Trial trial : recorded.missing()) {
                missing.add(WorkFolder.of(directory).holder(trial.id()).map(holder -> Text.format("%s (held by %s)", trial.id(), holder)).orElse(trial.id()));
            }
            return new Collected.Open(missing);
        }
        JsonNode environment = continued(before.get());
        Finished finished = judged(course, directory, environment, timings(course.all()));
        WorkFolder.of(directory).remove();
        return new Collected.Judged(finished);
    }

    /** Reports failed trials before results and report are written: what kept a trial from its disk may keep those from it too. */
    private void tellFailures(Finished finished) {
        RunDirectory directory = finished.directory();
        finished.result().variants().stream().flatMap(variant -> variant.trials().stream()).filter(trial -> trial.outcome() == TrialStatus.FAILED).forEach(trial -> {
            String again = directory.isRecorded(trial.trial())
                    ? Text.format("to run it again: rm -r %s && %s", Launcher.quoted(directory.trial(trial.trial())), continuing(directory))
                    : Text.format("nothing is recorded of it; when that is mended, this runs it again: %s", continuing(directory));
            terminal.err().println(Text.format("fluxo: trial %s failed: %s; %s", trial.trial().id(), trial.message(), again));
        });
    }

    private Study study() {
        return trials.study();
    }

    private RunDirectory folder() {
        boolean modelAtRoot = call.job().equals("train");
        if (common.out != null) {
            return RunDirectory.create(common.out, modelAtRoot);
        }
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        return RunDirectory.createNext(Path.of("runs", study().name() + "-" + time), modelAtRoot);
    }

    private ObjectNode begun(RunDirectory directory, BackendChoice choice, Workbench.OpenBackend backend) throws IOException {
        directory.requireNew();
        BackendChoice effective = new BackendChoice(choice.name(), Optional.of(backend.dtype()), choice.device(), choice.threads());
        ObjectNode environment = Environment.describe(call, effective, backend.stack(), trials, workbench.plugins());
        directory.write("environment.json", Json.pretty(environment));
        directory.write("study.yaml", StudyWriter.write(study()));
        return environment;
    }

    private JsonNode continued(Begun run) throws IOException {
        RunDirectory directory = run.directory();
        ObjectNode environment = directory.environment();
        Environment.Build before = Environment.Build.of(environment);
        Environment.Build now = Environment.Build.current();
        if (now.differs(before)) {
            terminal.err().println(Text.format("fluxo: the run began with Fluxo %s, and goes on with %s: its results may be of neither", before, now));
        }
        int steps = study().training().get(STEPS);
        if (steps > run.steps()) {
            // in this order a process that is killed between two of these leaves a run that can be continued, to the old number of steps or the new
            directory.reopen(trials.all().getFirst().trial().withSteps(run.steps()));
            Environment.lengthened(environment, call, now, steps);
            directory.write("environment.json", Json.pretty(environment));
            directory.write("study.yaml", StudyWriter.write(study()));
            return environment;
        }
        List<String> changed = StudyDifference.inJudgement(run.study(), study());
        if (now.differs(before) || !changed.isEmpty()) {
            Environment.continued(environment, call, now, changed);
            directory.write("environment.json", Json.pretty(environment));
        }
        if (!changed.isEmpty()) {
            directory.write("study.yaml", StudyWriter.write(study()));
        }
        return environment;
    }

    private SameRun sameRun(Begun run) {
        return new SameRun(run.directory(), run.directory().environment(), trials, workbench);
    }

    /** Trains a round in this process. */
    private final class Here implements RoundRunner {

        private final Workbench.OpenBackend backend;
        private final int atOnce;
        private final RunDirectory directory;
        private final Interruption.StoppableWork work;

        Here(Workbench.OpenBackend backend, int atOnce, RunDirectory directory, Interruption.StoppableWork work) {
            this.backend = backend;
            this.atOnce = atOnce;
            this.directory = directory;
            this.work = work;
        }

        @Override
        public List<TrialResult> run(List<PreparedTrial> round) throws RunStopped, IOException, InterruptedException {
            Optional<TensorBoard> board = common.tensorboard || TensorBoard.isIn(directory)
                    ? Optional.of(new TensorBoard(directory, InstantSource.system())) : Optional.empty();
            StudyProgress shown = progress();
            try (StudyProgress progress = board.<StudyProgress>map(events -> new BothProgress(shown, events)).orElse(shown)) {
                StudyRunner runner = new StudyRunner(backend.executor(checkpoints), atOnce, progress);
                work.stoppedBy(runner::cancel, "all steps that were done are kept: continue with " + continuing(directory));
                List<TrialResult> results = runner.run(round, directory);
                board.ifPresent(events -> results.forEach(events::finished)); // also those that an earlier process trained
                if (results.size() < round.size()) {
                    throw new RunStopped();
                }
                return results;
            }
        }

        @Override
        public void requireRecorded(List<TrialResult> results) {
            for (TrialResult result : results) {
                if (!directory.isRecorded(result.trial())) {
                    throw RoundRunner.unrecorded(result, continuing(directory));
                }
            }
        }
    }

    /** The command that continues the run. */
    private String continuing(RunDirectory directory) {
        List<String> arguments = new ArrayList<>(List.of(call.job(), "--resume", directory.root().toString()));
        if (common.plugins != null) {
            arguments.addAll(List.of("--plugins", common.plugins.toString()));
        }
        if (engine instanceof Engine.Spark(SparkSettings spark, List<Path> _)) {
            arguments.addAll(List.of("--engine", "spark", "--master", spark.master()));
            spark.given().forEach((key, value) -> arguments.addAll(List.of("--spark", key + "=" + value)));
        }
        return Launcher.line(arguments);
    }

    private StudyProgress progress() {
        return progress(common, terminal);
    }

    static StudyProgress progress(CommonOptions common, Terminal terminal) {
        return common.quiet ? new QuietProgress(terminal.err())
                : terminal.interactive() ? new BarProgress(terminal.err(), terminal.errColumns(), Drawing.here()) : new LineProgress(terminal.err());
    }

    private static ObjectNode timings(List<TrialResult> results, double seconds, int atOnce, int threads) {
        ObjectNode timings = timings(results);
        timings.set("seconds", Json.number(seconds));
        timings.put("jobs", atOnce);
        timings.put("threads", threads);
        return timings;
    }

    /** Those of trials that several processes trained: nobody timed the whole. */
    private static ObjectNode timings(List<TrialResult> results) {
        ObjectNode timings = Json.object();
        timings.set("seconds", Json.number(Double.NaN));
        timings.set("trial_seconds", Json.number(results.stream().mapToDouble(TrialResult::seconds).sum()));
        timings.putNull("jobs");
        timings.putNull("threads");
        ObjectNode trials = timings.putObject("trials");
        for (TrialResult result : results) {
            ObjectNode entry = trials.putObject(result.trial().id());
            entry.set("seconds", Json.number(result.seconds()));
            entry.set("steps_per_second", Json.rounded(result.steps() / result.seconds(), 4));
        }
        return timings;
    }

    /** {@code root} as a relative URL from {@code folder}, where there is one. */
    private static String seenFrom(Path folder, Path root) {
        Path to = root.toAbsolutePath().normalize();
        Path from = folder.toAbsolutePath().normalize();
        if (!Objects.equals(from.getRoot(), to.getRoot())) {
            return to.toUri().getRawPath().replaceFirst("/$", "");
        }
        String relative = StreamSupport.stream(from.relativize(to).spliterator(), false)
                .map(part -> URLEncoder.encode(part.toString(), StandardCharsets.UTF_8).replace("+", "%20")).collect(Collectors.joining("/"));
        return relative.isEmpty() ? "." : relative;
    }

    private void leave(Finished finished, List<PreparedTrial> measured, JsonNode environment, ObjectNode timings) {
        RunDirectory directory = finished.directory();
        ObjectNode json = Results.json(finished.result());
        directory.write("timings.json", Json.pretty(timings));
        directory.write("results.csv", ResultsCsv.of(finished.result()));
        directory.write("results.json", Json.pretty(json));
        StudyResult result = finished.result();
        directory.write("report.html", StudyReport.html(result, measured, directory::curves, environment, "."));
        common.writeReport(folder -> StudyReport.html(result, measured, directory::curves, environment, seenFrom(folder, directory.root())));
        common.writeJson(Json.pretty(json.set("timings", timings)), terminal.out());
    }
}
