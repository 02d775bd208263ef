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
import io.fluxo.experiments.study.RunDirectory;
import io.fluxo.experiments.study.StudyProgress;
import io.fluxo.experiments.study.StudyResult;
import io.fluxo.experiments.study.StudyRunner;
import io.fluxo.experiments.study.TrialResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs a study whose trials are prepared, and leaves everything a run leaves.
 *
 * @param name   the command: {@code ablate} or {@code train}
 * @param typed  the command line
 * @param resume the folder of the run that is continued; empty for a new one
 * @param jobs   trials at a time; 0 for as many as there are processors
 */
record StudyJob(String name, String typed, Workbench workbench, CommonOptions common, Terminal terminal, Study study, List<PreparedTrial> trials,
                RunSettings settings, Optional<RunDirectory> resume, int jobs) {

    /** What a run is made with; fixed when it is begun, so that a resumed part cannot differ. */
    record RunSettings(String backend, Optional<String> dtype, int device, long seed) {}

    /** A run that came to its end. */
    record Finished(StudyResult result, RunDirectory directory) {}

    /** Empty if the run was interrupted. */
    Optional<Finished> run() throws IOException, InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        int atOnce = Math.max(1, Math.min(jobs > 0 ? jobs : processors, trials.size()));
        int threads = common.threads != null ? common.threads : Math.max(1, processors / atOnce);
        BackendChoice choice = new BackendChoice(settings.backend(), settings.dtype(), settings.device(), threads);
        try (Workbench.OpenBackend backend = workbench.open(choice)) {
            RunDirectory directory = resume.isPresent() ? resume.get() : RunDirectory.create(folder(), name.equals("train"));
            JsonNode environment = resume.isPresent() ? continued(directory) : begun(directory, choice, backend);
            long begin = System.nanoTime();
            List<TrialResult> results = runTrials(backend, atOnce, directory);
            if (results.size() < trials.size()) {
                return Optional.empty();
            }
            double seconds = Math.round((System.nanoTime() - begin) / 1e6) / 1e3;
            StudyResult result = StudyResult.of(study, settings.backend(), settings.seed(), trials, results, workbench.studies().rule(study));
            leave(directory, result, environment, timings(results, seconds, atOnce, threads));
            return Optional.of(new Finished(result, directory));
        }
    }

    private Path folder() {
        if (common.out != null) {
            return common.out;
        }
        return Path.of("runs", study.name() + "-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")));
    }

    private List<String> tasks() {
        return trials.stream().map(trial -> trial.task().describe()).distinct().toList();
    }

    private ObjectNode begun(RunDirectory directory, BackendChoice choice, Workbench.OpenBackend backend) throws IOException {
        BackendChoice effective = new BackendChoice(choice.name(), Optional.of(backend.dtype()), choice.device(), choice.threads());
        ObjectNode environment = Environment.describe(name, typed, effective, backend.stack(), settings.seed(), tasks());
        directory.write("environment.json", Json.pretty(environment));
        directory.write("study.yaml", StudyWriter.write(study));
        return environment;
    }

    private JsonNode continued(RunDirectory directory) {
        JsonNode environment = directory.environment();
        List<String> before = new ArrayList<>();
        environment.path("tasks").forEach(task -> before.add(task.asString("")));
        if (!before.equals(tasks())) {
            throw new BadInput("--resume %s: the corpus has changed since the run began (then: %s; now: %s)"
                    .formatted(directory.root(), String.join("; ", before), String.join("; ", tasks())));
        }
        return environment;
    }

    private List<TrialResult> runTrials(Workbench.OpenBackend backend, int atOnce, RunDirectory directory) throws IOException, InterruptedException {
        try (StudyProgress progress = progress()) {
            StudyRunner runner = new StudyRunner(backend.executor(), atOnce, progress);
            try (Interruption _ = new Interruption(() -> {
                runner.cancel();
                terminal.err().println("%nfluxo: interrupted; finished trials are kept, continue with ./fluxo %s --resume %s"
                        .formatted(name, directory.root()));
            })) {
                return runner.run(trials, directory);
            }
        }
    }

    private StudyProgress progress() {
        return common.quiet ? StudyProgress.SILENT : terminal.interactive() ? new BarProgress(terminal.err()) : new LineProgress(terminal.err());
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

    private void leave(RunDirectory directory, StudyResult result, JsonNode environment, ObjectNode timings) throws IOException {
        ObjectNode json = Results.json(result);
        directory.write("timings.json", Json.pretty(timings));
        directory.write("results.csv", Results.csv(result));
        directory.write("results.json", Json.pretty(json));
        String html = StudyReport.html(result, trials, directory::curves, environment);
        directory.write("report.html", html);
        common.writeReport(html);
        common.writeJson(Json.pretty(json.set("timings", timings)), terminal.out());
    }
}
