package io.fluxo.experiments.cli;

import static io.fluxo.train.TrainingSpec.*;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.cli.StudyJob.Begun;
import io.fluxo.experiments.cli.StudyJob.RunSettings;
import io.fluxo.experiments.spec.FileKeys;
import io.fluxo.experiments.spec.Locations;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.spec.StudyCheck;
import io.fluxo.experiments.spec.StudyDifference;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.Environment;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.plugin.Catalog;
import io.fluxo.text.Text;
import io.fluxo.train.TrainingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** What {@code ablate} and {@code train} share: a study from a name, a file or an earlier run, and running it. */
abstract class StudyCommand extends FluxoCommand<StudyOptions> {

    private static final String STEPS = "training.steps";
    private static final int MOST_DIFFERENCES = 5;

    @Option(names = "--steps", paramLabel = "N", description = "optimizer steps, in place of training.steps; train --resume goes on to more of them")
    Integer steps;

    @Option(names = "--resume", paramLabel = "DIR", description = "continue the run in DIR with what is not finished there")
    Path resume;

    @Mixin
    private final CheckpointOption checkpoints = new CheckpointOption();

    private final String name;

    StudyCommand(String name, Session session) {
        super(session, new StudyOptions());
        this.name = name;
    }

    /** A study, where it came from, what it is run with, and the run that it continues, if any. */
    record Request(Study study, Locations locations, RunSettings settings, Optional<Begun> begun, List<String> options) {}

    /**
     * What the command line changes of a study.
     *
     * @param steps  in place of training.steps
     * @param corpus in place of task.corpus
     */
    record Changes(Optional<Integer> steps, Optional<String> corpus) {

        /** The keys that are changed. */
        List<String> keys() {
            return Stream.of(steps.map(_ -> STEPS), corpus.map(_ -> FileKeys.CORPUS)).flatMap(Optional::stream).toList();
        }

        /** Those that {@code environment.json} says the run was begun with; their values stand in its study. */
        static Changes recorded(JsonNode environment, Study study) {
            List<String> keys = new ArrayList<>();
            environment.path("options").forEach(key -> keys.add(key.asString("")));
            return new Changes(Optional.of(study.training().get(TrainingSpec.STEPS)).filter(_ -> keys.contains(STEPS)),
                    Optional.of(study.task().get(TaskParts.CORPUS)).filter(_ -> keys.contains(FileKeys.CORPUS)));
        }
    }

    /** The study that is asked for by a name or a file, as the command line changes it; or the one of an earlier run. */
    final Request request(Workbench workbench, String asked) {
        checkpoints.check();
        CommonOptions.atLeast("--steps", steps, 1);
        if (resume != null) {
            return resumed(workbench, asked);
        }
        StudyReader.Read read = read(workbench, asked);
        Locations locations = located(read.locations());
        Changes changes = new Changes(Optional.ofNullable(steps), corpus().map(path -> FileKeys.corpus(path, locations)));
        Study study = changed(read.study(), changes);
        StudyCheck.check(study, workbench.catalog(), locations);
        RunSettings settings = new RunSettings(Objects.requireNonNullElse(common.backend, RunOptions.DEFAULT_BACKEND),
                Optional.ofNullable(common.dtype), Objects.requireNonNullElse(common.device, 0), Objects.requireNonNullElse(common.seed, 1L));
        return new Request(study, locations, settings, Optional.empty(), changes.keys());
    }

    /** The file that is given by {@code --corpus}, where the command has that option. */
    Optional<String> corpus() {
        return Optional.empty();
    }

    private Locations located(Locations read) {
        return corpus().map(_ -> read.given(FileKeys.CORPUS, "--corpus")).orElse(read);
    }

    private Request resumed(Workbench workbench, String asked) {
        RecordedRun recorded = RecordedRun.of(workbench, resume, name);
        RunDirectory directory = recorded.directory();
        StudyReader.Read read = recorded.read();
        Study began = read.study();
        RunSettings settings = recorded.settings();
        agree("--backend", common.backend, settings.backend());
        agree("--dtype", common.dtype, settings.dtype().orElse(null));
        agree("--device", common.device, settings.device());
        agree("--seed", common.seed, settings.seed());
        agree("--out", common.out == null ? null : common.out.toAbsolutePath().normalize(), resume.toAbsolutePath().normalize());
        agree("--corpus", corpus().map(path -> FileKeys.corpus(path, read.locations())).orElse(null), began.task().get(TaskParts.CORPUS));
        Study study = withMoreSteps(began, workbench.catalog());
        Changes changes = Changes.recorded(recorded.environment(), study);
        if (study != began) {
            changes = new Changes(Optional.of(steps), changes.corpus);
        }
        Optional<Begun> begun = Optional.of(new Begun(directory, began));
        if (asked == null) {
            return new Request(study, read.locations(), settings, begun, changes.keys());
        }
        StudyReader.Read again = read(workbench, asked);
        agree("the study", again.study().name(), study.name());
        Study given = changed(again.study(), changes);
        requireSame(again.locations(), given, study);
        Study judged = study.judgedAs(given);
        return new Request(judged, judged.equals(study) ? read.locations() : again.locations(), settings, begun, changes.keys());
    }

    /** How the run was named that is continued, for messages. */
    String continued() {
        return "--resume " + resume;
    }

    /** The study of a run that is continued to more {@code --steps}. */
    Study withMoreSteps(Study began, Catalog catalog) {
        agree("--steps", steps, began.training().get(TrainingSpec.STEPS));
        return began;
    }

    /** Requires that {@code given} is the run's study, as the run was begun with it, judged in any way; else names the keys that differ. */
    private void requireSame(Locations locations, Study given, Study run) {
        List<StudyDifference> differences = StudyDifference.between(run, given);
        if (!differences.isEmpty()) {
            String told = differences.stream().limit(MOST_DIFFERENCES).map(difference -> Text.format("%s is %s, but the run began with %s",
                    locations.place(difference.key()), difference.given(), difference.began())).collect(Collectors.joining("; "));
            String more = differences.size() <= MOST_DIFFERENCES ? "" : Text.format("; and %d keys more", differences.size() - MOST_DIFFERENCES);
            throw new BadInput(Text.format("%s: another study: %s%s; leave it out, put it back, or begin another run", continued(), told, more));
        }
    }

    /** A run has one setting from its beginning to its end: what is given again has to be the same. */
    final void agree(String what, Object given, Object began) {
        if (given != null && !given.equals(began)) {
            throw new BadInput(Text.format("%s: the run began with %s %s, not %s; leave it out, or begin another run", continued(), what, began, given));
        }
    }

    Study changed(Study study, Changes changes) {
        changes.steps.ifPresent(_ -> requireNotVaried(study, "--steps", STEPS));
        changes.corpus.ifPresent(_ -> requireCorpus(study));
        Study other = changes.corpus.map(path -> study.withTask(study.task().with(TaskParts.CORPUS, path))).orElse(study);
        return changes.steps.map(other::cutTo).orElse(other);
    }

    private static void requireCorpus(Study study) {
        requireNotVaried(study, "--corpus", FileKeys.CORPUS);
        requireNotVaried(study, "--corpus", "task.kind");
        if (!study.task().read().all().contains(TaskParts.CORPUS)) {
            throw new BadInput("--corpus: the study's task is not char_lm, it reads no text");
        }
    }

    private static void requireNotVaried(Study study, String option, String key) {
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
        return new StudyReader(workbench.catalog(), workbench.studies()::defaults).read(file);
    }

    private static Path path(String asked) {
        try {
            return Path.of(asked);
        } catch (java.nio.file.InvalidPathException e) {
            throw new BadInput("not a study's name and not a path: " + e.getMessage(), e);
        }
    }

    /** Opens corpora, and checks that every trial can run: call it after all that can be checked without them. */
    final StudyTrials trials(Workbench workbench, Request request) {
        StudyTrials trials = request.settings().trials(workbench, request.study(), request.locations());
        trials.remarks().forEach(remark -> terminal.err().println("fluxo: " + remark));
        return trials;
    }

    final StudyJob job(Workbench workbench, Request request, StudyTrials trials, int jobs, Engine engine) {
        Environment.Call call = new Environment.Call(name, typed(), typedWithout("--out"), request.options());
        return new StudyJob(call, workbench, common, terminal, interruption, trials, request.settings(), request.begun(), jobs, checkpoints.time(), engine);
    }
}
