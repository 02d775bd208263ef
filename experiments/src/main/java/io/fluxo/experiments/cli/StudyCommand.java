package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.cli.StudyJob.Finished;
import io.fluxo.experiments.cli.StudyJob.RunSettings;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyCheck;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.spec.Verdict;
import io.fluxo.experiments.study.BackendChoice;
import io.fluxo.experiments.study.StudyTrials;
import io.fluxo.experiments.study.RunDirectory;
import io.fluxo.experiments.study.StudyResult;
import io.fluxo.experiments.study.TrialResult;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** What {@code ablate} and {@code train} share: a study from a name, a file or an earlier run, and running it. */
abstract class StudyCommand extends FluxoCommand<StudyOptions> {

    /** A year: as good as never. */
    private static final int MOST_SECONDS = 366 * 24 * 3600;

    @Option(names = "--steps", paramLabel = "N", description = "optimizer steps, in place of training.steps")
    Integer steps;

    @Option(names = "--resume", paramLabel = "DIR", description = "continue the run in DIR with what is not finished there")
    Path resume;

    @Option(names = "--checkpoint", paramLabel = "SECONDS", defaultValue = "30",
            description = "time between two checkpoints of a trial, from which --resume goes on; 0 for one after every step (default: 30)")
    double checkpoint;

    private final String name;

    StudyCommand(String name, Session session) {
        super(session, new StudyOptions());
        this.name = name;
    }

    /** A study, where it came from, and what it is run with. */
    record Request(Study study, Locations locations, RunSettings settings, Optional<RunDirectory> directory) {}

    /** The study that is asked for by a name or a file; {@code changed} applies the command's own options to it. */
    final Request request(Workbench workbench, String asked) {
        if (!(checkpoint >= 0 && checkpoint <= MOST_SECONDS)) {
            throw new BadInput(Text.format("--checkpoint must be at least 0 and at most %,d seconds, not %s", MOST_SECONDS, checkpoint));
        }
        if (resume != null) {
            return resumed(workbench, asked);
        }
        StudyReader.Read read = read(workbench, asked);
        Study study = checked(withOptions(read.study()), read, workbench);
        RunSettings settings = new RunSettings(Objects.requireNonNullElse(common.backend, RunOptions.DEFAULT_BACKEND),
                Optional.ofNullable(common.dtype), Objects.requireNonNullElse(common.device, 0), Objects.requireNonNullElse(common.seed, 1L));
        return new Request(study, read.locations(), settings, Optional.empty());
    }

    private static Study checked(Study study, StudyReader.Read read, Workbench workbench) {
        StudyCheck.check(study, workbench.registry(), read.locations());
        return study;
    }

    private Request resumed(Workbench workbench, String asked) {
        RunDirectory directory = RunDirectory.resume(resume, name.equals("train"));
        JsonNode environment = directory.environment();
        String madeBy = environment.path("job").asString("");
        if (!madeBy.equals(name)) {
            throw new BadInput(Text.format("--resume %s: was made by '%s %s': continue it with that", resume, Shell.command(), madeBy));
        }
        StudyReader.Read read = new StudyReader(workbench.registry(), workbench.studies()::defaults).read(directory.studyFile());
        Study study = read.study();
        JsonNode backend = environment.path("backend");
        RunSettings settings = new RunSettings(backend.path("name").asString(""),
                backend.path("dtype").isNull() ? Optional.empty() : Optional.of(backend.path("dtype").asString("")), backend.path("device").asInt(0),
                environment.path("seed").asLong(1));
        if (asked != null) {
            agree("the study", read(workbench, asked).study().name(), study.name());
        }
        agree("--backend", common.backend, settings.backend());
        agree("--dtype", common.dtype, settings.dtype().orElse(null));
        agree("--device", common.device, settings.device());
        agree("--seed", common.seed, settings.seed());
        agree("--steps", steps, study.training().steps());
        agree("--out", common.out == null ? null : common.out.toAbsolutePath().normalize(), resume.toAbsolutePath().normalize());
        agreeOnOptions(study);
        return new Request(study, read.locations(), settings, Optional.of(directory));
    }

    /** A run has one setting from its beginning to its end: what is given again has to be the same. */
    final void agree(String what, Object given, Object began) {
        if (given != null && !given.equals(began)) {
            throw new BadInput(Text.format("--resume %s: the run began with %s %s, not %s; leave it out, or begin another run", resume, what, began, given));
        }
    }

    void agreeOnOptions(Study study) {}

    Study withOptions(Study study) {
        if (steps == null) {
            return study;
        }
        CommonOptions.atLeast("--steps", steps, 1);
        requireNotVaried(study, "--steps", "training.steps");
        Study changed = study.withTraining(study.training().withSteps(steps));
        // a study cut short says nothing of its hypothesis, and is not expected to
        return steps < study.training().steps() ? changed.asking(study.question(), study.hypothesis(), Verdict.INCONCLUSIVE) : changed;
    }

    static void requireNotVaried(Study study, String option, String key) {
        if (study.vary().containsKey(key) || study.variants().values().stream().anyMatch(values -> values.containsKey(key))) {
            throw new BadInput(Text.format("%s: the study varies %s", option, key));
        }
    }

    private static StudyReader.Read read(Workbench workbench, String asked) {
        Optional<Study> known = workbench.studies().find(asked).map(definition -> definition.study());
        if (known.isPresent()) {
            return new StudyReader.Read(known.get(), Locations.of("study " + asked));
        }
        Path file = path(asked);
        if (!asked.matches(".*\\.ya?ml") && !Files.exists(file)) {
            throw new BadInput(BadInput.legal("no study named", asked, workbench.studies().names()) + "; or give a YAML file");
        }
        return new StudyReader(workbench.registry(), workbench.studies()::defaults).read(file);
    }

    private static Path path(String asked) {
        try {
            return Path.of(asked);
        } catch (java.nio.file.InvalidPathException e) {
            throw new BadInput("not a study's name and not a path: " + e.getMessage(), e);
        }
    }

    /** Opens corpora, and makes sure that nothing is in the way of any trial: call when all that can be checked without them is. */
    final StudyTrials trials(Workbench workbench, Request request) {
        BackendChoice choice = new BackendChoice(request.settings().backend(), request.settings().dtype(), request.settings().device(), 1);
        StudyTrials trials = StudyTrials.of(request.study(), request.settings().seed(), request.locations())
                .require(trial -> workbench.obstacles(trial.trial().model(), trial.trial().training(), choice));
        trials.remarks().forEach(remark -> terminal.err().println("fluxo: " + remark));
        return trials;
    }

    final Optional<Finished> run(Workbench workbench, Request request, StudyTrials trials, int jobs) throws Exception {
        return new StudyJob(name, typed(), typedAgain(), workbench, common, terminal, interruption, trials, request.settings(), request.directory(), jobs,
                Duration.ofNanos((long) (checkpoint * 1e9))).run();
    }

    final void tellFailures(StudyResult result) {
        for (StudyResult.VariantResult variant : result.variants()) {
            for (TrialResult trial : variant.trials()) {
                if (trial.outcome() == TrialResult.Outcome.FAILED) {
                    terminal.err().println(Text.format("fluxo: trial %s failed: %s (delete its folder and --resume to run it again)", trial.trial().id(), trial.message()));
                }
            }
        }
    }
}
