package io.fluxo.experiments.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.cli.Called;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Laboratory;
import io.fluxo.experiments.main.SparkExecutor;
import io.fluxo.experiments.spec.StudyReader;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.experiments.study.run.BackendChoice;
import io.fluxo.experiments.study.run.RunDirectory;
import io.fluxo.experiments.study.trial.PreparedTrial;
import io.fluxo.experiments.workbench.Workbench;
import io.fluxo.train.TrainingSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** The executor's side, with the real program and without Spark: a trial is laid out again from the run's folder alone, and leaves the same. */
class ErrandRunnerTest {

    private static final String STUDY = """
            study: small
            task: {kind: markov, states: 4}
            model: {n_layers: 1, d_model: 4, n_heads: 1, d_mlp: 8, n_ctx: 8}
            training: {batch: 2, steps: 6, optimizer: adamw}
            vary: {model.placement: [pre, post]}
            tune: {over: {training.lr: [0.001, 0.01]}, steps: 4}
            seeds: 1
            """;

    private static final String MEASURED = "placement=post,seed=5";

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void aWholeRun() throws IOException {
        run = folder.resolve("run");
        Called.fluxo("ablate", Files.writeString(folder.resolve("small.yaml"), STUDY), "--out", run, "--seed", 5, "--quiet");
    }

    @Test
    void aMeasuredTrialIsFoundWithWhatTuningChose() throws Exception {
        ObjectNode record = record(MEASURED);
        PreparedTrial found = find(MEASURED);
        assertThat(found.trial().id()).isEqualTo(MEASURED);
        assertThat(found.trial().seed()).isEqualTo(record.path("seed").longValue());
        assertThat(found.trial().training().get(TrainingSpec.LR)).isEqualTo(record.path("specification").path("training").path("lr").doubleValue());
    }

    @Test
    void oneThatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> find("placement=none,seed=5")).isInstanceOf(IOException.class).hasMessageEndingWith("its study has no trial placement=none,seed=5");
    }

    @Test
    void aResultThatItDependsOnHasToBeThere() throws IOException {
        Path tuned = trials().filter(trial -> trial.getFileName().toString().startsWith("tune-")).findFirst().orElseThrow();
        Files.delete(tuned.resolve("trial.json"));
        assertThatThrownBy(() -> find(MEASURED)).isInstanceOf(FileNotFoundException.class).hasMessageContaining("trial.json is not there");
    }

    @Test
    void anErrandLeavesWhatTheRunLeft() throws Exception {
        for (String id : trials().map(trial -> trial.getFileName().toString()).toList()) {
            Path trial = run.resolve("trials").resolve(id);
            ObjectNode before = record(id);
            byte[] metrics = Files.readAllBytes(trial.resolve("metrics.jsonl"));
            byte[] model = Files.readAllBytes(trial.resolve("model/model.safetensors"));
            delete(trial);
            Answer.Result answer = (Answer.Result) Answer.parse(new SparkExecutor().apply(errand(id).line(), "one"));
            assertThat(answer.recorded()).isTrue();
            assertThat(timeless(Json.parse(answer.result()))).isEqualTo(timeless(record(id))).isEqualTo(timeless(before));
            assertThat(trial.resolve("metrics.jsonl")).hasBinaryContent(metrics);
            assertThat(trial.resolve("model/model.safetensors")).hasBinaryContent(model);
        }
    }

    /** Where an executor lives on that Spark gave up, it records nothing over the one that took its place. */
    @Test
    void anAttemptThatWasTakenOverRecordsNothing() throws Exception {
        delete(run.resolve("trials").resolve(MEASURED));
        Path attempt = run.resolve("spark/attempts").resolve(MEASURED);
        Answer.Result answer = (Answer.Result) new ErrandRunner(plugins -> new Meanwhile(Laboratory.open(plugins), () -> Attempt.begin(attempt, "two")).workbench())
                .run(errand(MEASURED), "one").orElseThrow();
        assertThat(answer.recorded()).isFalse();
        assertThat(answer.result()).contains("another executor has taken the trial over");
        assertThat(run.resolve("trials").resolve(MEASURED).resolve("trial.json")).doesNotExist();
    }

    @Test
    void aFolderThatIsNotSeenIsSaid() throws Exception {
        Errand elsewhere = new Errand(folder.resolve("elsewhere"), Optional.empty(), 5, choice(), Duration.ZERO, MEASURED);
        assertThat(new ErrandRunner(Laboratory::open).run(elsewhere, "one")).hasValueSatisfying(answer -> assertThat(answer.line())
                .contains("the executor on ", "it does not see " + folder.resolve("elsewhere") + "; the run's folder has to lie where every executor sees it"));
    }

    @Test
    void aBackendThatIsNotThereIsSaid() throws Exception {
        Errand other = new Errand(run, Optional.empty(), 5, new BackendChoice("torch", Optional.of("bf16"), 0, 1), Duration.ZERO, MEASURED);
        assertThat(new ErrandRunner(Laboratory::open).run(other, "one")).hasValueSatisfying(answer -> assertThat(answer).isInstanceOf(Answer.Refused.class));
    }

    private PreparedTrial find(String id) throws IOException, InterruptedException {
        Workbench workbench = Laboratory.open(Optional.empty());
        RunDirectory directory = RunDirectory.resume(run, false);
        StudyReader.Read read = new StudyReader(workbench.catalog(), workbench.studies()::defaults).read(directory.studyFile());
        return TrialOfRun.find(StudyTrials.of(read.study(), 5, workbench.catalog(), read.locations()), directory, id, Duration.ZERO);
    }

    private Errand errand(String id) {
        return new Errand(run, Optional.empty(), 5, choice(), Duration.ofSeconds(30), id);
    }

    private static BackendChoice choice() {
        return new BackendChoice("simd", Optional.empty(), 0, 1);
    }

    private Stream<Path> trials() throws IOException {
        try (Stream<Path> all = Files.list(run.resolve("trials"))) {
            return all.sorted().toList().stream();
        }
    }

    private ObjectNode record(String id) throws IOException {
        return (ObjectNode) Json.parse(Files.readString(run.resolve("trials").resolve(id).resolve("trial.json")));
    }

    private static String timeless(tools.jackson.databind.JsonNode record) {
        return Json.line(((ObjectNode) record).deepCopy().without(List.of("seconds", "sha256")));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
