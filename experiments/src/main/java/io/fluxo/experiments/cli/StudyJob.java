package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.report.StudyReport;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyWriter;
import io.fluxo.experiments.study.BackendChoice;
import io.fluxo.experiments.study.Environment;
import io.fluxo.experiments.study.PreparedTrial;
import io.fluxo.experiments.study.Results;
import io.fluxo.experiments.study.ResultsCsv;
import io.fluxo.experiments.study.RunDirectory;
import io.fluxo.experiments.study.RunLock;
import io.fluxo.experiments.study.StudyProgress;
import io.fluxo.experiments.study.StudyResult;
import io.fluxo.experiments.study.StudyRunner;
import io.fluxo.experiments.study.StudyTrials;
import io.fluxo.experiments.study.TrialResult;
import io.fluxo.experiments.study.Tuning;
import io.fluxo.text.Text;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs a study whose trials are prepared, and leaves everything a run leaves.
 *
 * @param name   the command: {@code ablate} or {@code train}
 * @param typed  the command line
 * @param again  what would make such a run once more
 * @param trials   the trials
 * @param resume the folder of the run that is continued; empty for a new one
 * @param jobs   trials at a time; 0 for as many as there are processors
 * @param checkpoints time between two checkpoints of a trial
 */
record StudyJob(String name, String typed, String again, Workbench workbench, StudyOptions common, Terminal terminal, Interruption interruption, StudyTrials trials, RunSettings settings,
                Optional<RunDirectory> resume, int jobs, Duration checkpoints) {

    /** What a run is made with; fixed when it is begun, so that a resumed part cannot differ. */
    record RunSettings(String backend, Optional<String> dtype, int device, long seed) {}

    /** A run that came to its end. */
    record Finished(StudyResult result, RunDirectory directory) {}

    /**
     * How the processors are shared out.
     *
     * @param jobs    trials at a time
     * @param threads for each of them
     */
    record Shares(int jobs, int threads) {

        /** @param wanted jobs; 0 for as many as there are processors */
        static Shares of(int wanted, int trials, StudyOptions common) {
            int processors = Runtime.getRuntime().availableProcessors();
            int jobs = Math.max(1, Math.min(wanted > 0 ? wanted : processors, trials));
            return new Shares(jobs, common.threads != null ? common.threads : Math.max(1, processors / jobs));
        }
    }

    /** Empty if the run was interrupted. */
    Optional<Finished> run() throws IOException, InterruptedException {
        Shares shares = Shares.of(jobs, trials.all().size(), common);
        int atOnce = shares.jobs();
        int threads = shares.threads();
        BackendChoice choice = new BackendChoice(settings.backend(), settings.dtype(), settings.device(), threads);
        try (Workbench.OpenBackend backend = workbench.open(choice)) {
            RunDirectory directory = resume.isPresent() ? resume.get() : RunDirectory.create(folder(), name.equals("train"));
            try (RunLock _ = RunLock.take(directory.root()); Interruption.Work work = interruption.work()) {
                return run(directory, choice, backend, atOnce, work);
            }
        }
    }

    private Optional<Finished> run(RunDirectory directory, BackendChoice choice, Workbench.OpenBackend backend, int atOnce,
                                   Interruption.Work work) throws IOException, InterruptedException {
        JsonNode environment = resume.isPresent() ? continued(directory) : begun(directory, choice, backend);
        long begin = System.nanoTime();
        List<TrialResult> tried = runTrials(backend, atOnce, directory, trials.tuning(), work);
        if (tried.size() < trials.tuning().size()) {
            return Optional.empty();
        }
        Tuning tuning = Tuning.of(study(), tried);
        List<PreparedTrial> measured = trials.measured(tuning);
        List<TrialResult> results = runTrials(backend, atOnce, directory, measured, work);
        if (results.size() < measured.size()) {
            return Optional.empty();
        }
        double seconds = Math.round((System.nanoTime() - begin) / 1e6) / 1e3;
        StudyResult result = StudyResult.of(study(), workbench.studies().definition(study()), settings.backend(), settings.seed(), measured, results,
                workbench::size).with(tuning);
        Finished finished = new Finished(result, directory);
        leave(finished, measured, environment, timings(Stream.concat(tried.stream(), results.stream()).toList(), seconds, atOnce, choice.threads()));
        return Optional.of(finished);
    }

    private Study study() {
        return trials.study();
    }

    private Path folder() {
        if (common.out != null) {
            return common.out;
        }
        return Path.of("runs", study().name() + "-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)));
    }

    private List<String> tasks() {
        return trials.all().stream().map(trial -> trial.task().describe()).distinct().toList();
    }

    private ObjectNode begun(RunDirectory directory, BackendChoice choice, Workbench.OpenBackend backend) throws IOException {
        directory.requireNew();
        BackendChoice effective = new BackendChoice(choice.name(), Optional.of(backend.dtype()), choice.device(), choice.threads());
        ObjectNode environment = Environment.describe(name, typed, again, effective, backend.stack(), settings.seed(), tasks());
        directory.write("environment.json", Json.pretty(environment));
        directory.write("study.yaml", StudyWriter.write(study()));
        return environment;
    }

    private JsonNode continued(RunDirectory directory) throws IOException {
        directory.sweep();
        JsonNode environment = directory.environment();
        List<String> before = new ArrayList<>();
        environment.path("tasks").forEach(task -> before.add(task.asString("")));
        if (!before.equals(tasks())) {
            throw new BadInput(Text.format("--resume %s: the corpus has changed since the run began (then: %s; now: %s)",
                    directory.root(), String.join("; ", before), String.join("; ", tasks())));
        }
        return environment;
    }

    private List<TrialResult> runTrials(Workbench.OpenBackend backend, int atOnce, RunDirectory directory, List<PreparedTrial> some,
                                        Interruption.Work work) throws IOException, InterruptedException {
        if (some.isEmpty()) {
            return List.of();
        }
        try (StudyProgress progress = progress()) {
            StudyRunner runner = new StudyRunner(backend.executor(checkpoints), atOnce, progress);
            work.stoppedBy(runner::cancel, "all steps that were done are kept: continue with " + continuing(directory));
            return runner.run(some, directory);
        }
    }

    /** The command that goes on with the run. */
    private String continuing(RunDirectory directory) {
        List<String> arguments = new ArrayList<>(List.of(name, "--resume", directory.root().toString()));
        if (common.plugins != null) {
            arguments.addAll(List.of("--plugins", common.plugins.toString()));
        }
        return Shell.line(arguments);
    }

    private StudyProgress progress() {
        return common.quiet ? StudyProgress.SILENT : terminal.interactive() ? new BarProgress(terminal.err(), terminal.errColumns()) : new LineProgress(terminal.err());
    }

    private static ObjectNode timings(List<TrialResult> results, double seconds, int atOnce, int threads) {
        ObjectNode timings = Json.object();
        timings.set("seconds", Json.number(seconds));
        timings.set("trial_seconds", Json.number(results.stream().mapToDouble(TrialResult::seconds).sum()));
        timings.put("jobs", atOnce);
        timings.put("threads", threads);
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
