package io.fluxo.experiments.study.run;

import static io.fluxo.model.ModelSpec.FAMILY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.study.plan.Trials;
import io.fluxo.experiments.study.trial.Curves;
import io.fluxo.experiments.study.trial.Findings;
import io.fluxo.experiments.study.trial.Proofs;
import io.fluxo.experiments.study.trial.StepMetrics;
import io.fluxo.experiments.study.trial.Trial;
import io.fluxo.experiments.study.trial.TrialResult;
import io.fluxo.experiments.study.trial.TrialStatus;
import io.fluxo.model.ModelSpec.Family;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run keeps of its trials, and what becomes of it when a trial ends, moves or is trained further. */
class TrialFilesTest {

    private static final String STEPS = """
            {"step": 1, "loss": 2.5, "lr": 0.1}
            {"step": 2, "loss": 2.25, "lr": 0.1}
            """;

    @TempDir
    Path folder;

    private final Trial trial = Trials.of(Fixtures.study(Fixtures.SMALL), 1).getFirst();

    private static TrialResult result(Trial trial, TrialStatus outcome) {
        return new TrialResult(trial, outcome, outcome == TrialStatus.FINISHED ? 2.5 : Double.NaN, OptionalDouble.empty(), 10, 30, 1, Proofs.NONE, Map.of(), Findings.NONE,
                outcome == TrialStatus.FINISHED ? "" : "too wide");
    }

    private RunDirectory run(String name, boolean modelAtRoot) {
        return RunDirectory.create(folder.resolve(name), modelAtRoot);
    }

    private RunDirectory withCheckpoint(String name, boolean modelAtRoot) throws IOException {
        RunDirectory run = run(name, modelAtRoot);
        run.prepare(trial);
        Files.writeString(run.checkpoint(trial), "state of " + name);
        Files.writeString(run.metrics(trial), STEPS);
        return run;
    }

    @Test
    void everyFileHasItsPlace() {
        RunDirectory run = new RunDirectory(Path.of("run"), false);
        Path own = Path.of("run", "trials", trial.id());
        assertThat(run.studyFile()).isEqualTo(Path.of("run", "study.yaml"));
        assertThat(run.report()).isEqualTo(Path.of("run", "report.html"));
        assertThat(run.spark()).isEqualTo(Path.of("run", "spark"));
        assertThat(run.trial(trial)).isEqualTo(own);
        assertThat(run.record(trial)).isEqualTo(own.resolve("trial.json"));
        assertThat(run.metrics(trial)).isEqualTo(own.resolve("metrics.jsonl"));
        assertThat(run.checkpoint(trial)).isEqualTo(own.resolve("checkpoint.safetensors"));
    }

    @Test
    void aDraftTakesThePlaceOfAnEmptyFolderAndOfNoOther() throws IOException {
        RunDirectory run = run("run", true);
        RunDirectory draft = run.draft();
        assertThat(draft.root().getFileName().toString()).startsWith(".run.");
        assertThat(draft.root().getParent()).isEqualTo(folder);
        assertThat(draft.modelAtRoot()).isTrue();
        assertThat(draft.root()).isEmptyDirectory();
        draft.write("study.yaml", "study: a\n");
        draft.become(run);
        assertThat(run.studyFile()).hasContent("study: a");
        assertThat(draft.root()).doesNotExist();
        RunDirectory late = run.draft();
        late.write("study.yaml", "study: b\n");
        assertThatThrownBy(() -> late.become(run)).isInstanceOf(BadInput.class)
                .hasMessageStartingWith("--out " + run.root() + ": exists and is not empty, or cannot be replaced (").hasMessageEndingWith("); choose another folder");
        assertThat(run.studyFile()).hasContent("study: a");
    }

    @Test
    void aTrialGoesOnFromWhereItCameElsewhere() throws IOException {
        RunDirectory here = run("here", false);
        assertThat(here.canResume(trial.id())).isFalse();
        here.goOnFrom(withCheckpoint("there", false), trial.id());
        assertThat(here.canResume(trial.id())).isTrue();
        assertThat(here.checkpoint(trial)).hasContent("state of there");
        assertThat(here.metrics(trial)).hasContent(STEPS);
        here.goOnFrom(withCheckpoint("elsewhere", false), trial.id());
        assertThat(here.checkpoint(trial)).as("in place of what was there").hasContent("state of elsewhere");
        assertThat(here.trial(trial)).isDirectoryNotContaining(file -> file.toString().endsWith(".tmp"));
    }

    @Test
    void aFinishedTrialMovesUnlessTheOtherHasItsResult() throws IOException {
        RunDirectory run = run("run", false);
        RunDirectory place = withCheckpoint("place", false);
        place.finish(result(trial, TrialStatus.FINISHED));
        assertThat(place.moveTo(run, trial)).isTrue();
        assertThat(run.isRecorded(trial)).isTrue();
        assertThat(place.trial(trial)).doesNotExist();
        RunDirectory second = withCheckpoint("second", false);
        second.finish(result(trial, TrialStatus.FINISHED));
        assertThat(second.moveTo(run, trial)).isFalse();
        assertThat(second.isRecorded(trial)).isTrue();
        Files.delete(run.record(trial));
        assertThatThrownBy(() -> second.moveTo(run, trial)).as("something else is in the way").isInstanceOf(FileSystemException.class);
    }

    @Test
    void stepsAndCurvesAreThoseThatWereTrained() throws IOException {
        RunDirectory empty = run("empty", false);
        assertThat(empty.steps(trial, 5)).isEmpty();
        assertThat(empty.curves(trial)).isEqualTo(Curves.EMPTY);
        RunDirectory run = withCheckpoint("run", false);
        assertThat(run.steps(trial, 5)).containsExactly(new StepMetrics(1, 2.5, 0.1), new StepMetrics(2, 2.25, 0.1));
        assertThat(run.steps(trial, 1)).hasSize(1);
        assertThat(run.curves(trial).loss()).containsExactly(2.5, 2.25);
        Files.write(run.metrics(trial), new byte[] {'{', (byte) 0xC3, '\n'});
        assertThat(run.curves(trial)).as("what is no text").isEqualTo(Curves.EMPTY);
    }

    @Test
    void whatAnAttemptLeftHalfWrittenIsSweptBeforeItGoesOn() throws IOException {
        RunDirectory run = withCheckpoint("run", false);
        Path half = Files.createFile(run.trial(trial).resolve(".checkpoint.safetensors.7-1.tmp"));
        Path model = Files.createFile(run.model(trial).resolve(".model.safetensors.7-1.tmp"));
        run.prepare(trial);
        assertThat(half).doesNotExist();
        assertThat(model).doesNotExist();
        assertThat(run.checkpoint(trial)).exists();
        assertThat(run.metrics(trial)).hasContent(STEPS);
        Files.delete(run.checkpoint(trial));
        run.prepare(trial);
        assertThat(run.metrics(trial)).as("without a checkpoint it begins anew").doesNotExist();
    }

    @Test
    void onlyATrainingThatMayGoFurtherKeepsItsCheckpoint() throws IOException {
        RunDirectory study = withCheckpoint("study", false);
        assertThat(study.goesFurther()).isFalse();
        study.finish(result(trial, TrialStatus.FINISHED));
        assertThat(study.checkpoint(trial)).doesNotExist();
        RunDirectory training = withCheckpoint("training", true);
        assertThat(training.goesFurther()).isTrue();
        training.finish(result(trial, TrialStatus.FINISHED));
        assertThat(training.checkpoint(trial)).exists();
        RunDirectory diverged = withCheckpoint("diverged", true);
        diverged.finish(result(trial, TrialStatus.DIVERGED));
        assertThat(diverged.checkpoint(trial)).doesNotExist();
        assertThat(diverged.result(trial)).map(TrialResult::outcome).contains(TrialStatus.DIVERGED);
    }

    @Test
    void aFinishedTrainingIsReopened() throws IOException {
        RunDirectory run = withCheckpoint("run", true);
        run.reopen(trial);
        run.finish(result(trial, TrialStatus.FINISHED));
        List<String> ends = List.of("results.json", "results.csv", "timings.json", "report.html");
        ends.forEach(file -> run.write(file, "x"));
        run.write("study.yaml", "study: a\n");
        run.reopen(trial);
        assertThat(run.isRecorded(trial)).isFalse();
        assertThat(run.checkpoint(trial)).exists();
        ends.forEach(file -> assertThat(run.root().resolve(file)).doesNotExist());
        assertThat(run.studyFile()).exists();
    }

    @Test
    void aTrainingThatFailedOrLeftNothingIsNotReopened() throws IOException {
        RunDirectory failed = withCheckpoint("failed", true);
        failed.finish(result(trial, TrialStatus.FAILED));
        assertThatThrownBy(() -> failed.reopen(trial)).isInstanceOf(BadInput.class)
                .hasMessage("--resume " + failed.root() + ": the training failed (too wide): there is nothing to go on from");
        RunDirectory bare = withCheckpoint("bare", true);
        bare.finish(result(trial, TrialStatus.FINISHED));
        Files.delete(bare.checkpoint(trial));
        assertThatThrownBy(() -> bare.reopen(trial)).isInstanceOf(BadInput.class).hasMessage("--resume " + bare.root() + ": " + bare.checkpoint(trial)
                + " is missing, the optimizer's state after the last step: more steps cannot follow; begin another run");
        assertThat(bare.isRecorded(trial)).isTrue();
        Trial counted = trial.withModel(trial.model().with(FAMILY, Family.NGRAM));
        RunDirectory ngram = run("ngram", true);
        ngram.prepare(counted);
        ngram.finish(result(counted, TrialStatus.FINISHED));
        ngram.reopen(counted);
        assertThat(ngram.isRecorded(counted)).as("an n-gram is counted anew").isFalse();
    }

    @Test
    void aFileThatCannotBeWrittenSaysHowToGoOn() throws IOException {
        RunDirectory run = run("run", false);
        Path inTheWay = Files.createDirectories(run.root().resolve("results.json/a")).getParent();
        assertThatThrownBy(() -> run.write("results.json", "{}")).isInstanceOf(UncheckedIOException.class).hasMessageStartingWith(inTheWay + ": cannot be written (")
                .hasMessageEndingWith("); trials that finished are kept: continue with --resume " + run.root());
    }

    @Test
    void aRecordIsARegularFile() throws IOException {
        RunDirectory run = run("run", false);
        run.prepare(trial);
        Path link = Files.createSymbolicLink(run.record(trial), Path.of("/dev/null"));
        assertThatThrownBy(() -> run.result(trial)).isInstanceOf(BadInput.class).hasMessageStartingWith(link + ": is a pipe, a device or a socket");
        Files.delete(link);
    }

    @Test
    void whatSparkLeftGoesWithAllThatIsInIt() throws IOException {
        RunDirectory run = run("run", false);
        Files.writeString(Files.createDirectories(run.spark().resolve("logs/a")).resolve("log"), "x");
        run.removeSpark();
        assertThat(run.spark()).doesNotExist();
        assertThat(run.root()).isEmptyDirectory();
    }
}
