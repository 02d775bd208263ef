package io.fluxo.experiments.cli;

import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Fingerprint;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.trial.TrialExecutor;
import io.fluxo.experiments.study.trial.TrialOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A run is what its folder says: what it is continued with, which files it reads, and what made it. */
class RunIdentityTest {

    private static final TrialExecutor SYNTHETIC = new SyntheticExecutor(3.1);

    private static final String TEXT_STUDY = """
            study: text
            task: {kind: char_lm, corpus: texts/a.txt}
            model: {n_layers: 1, d_model: 8, n_ctx: 8}
            training: {steps: 3, batch: 2}
            vary: {training.warmup: [0, 2]}
            seeds: 1
            """;

    @TempDir
    Path folder;

    private Path small;
    private Path run;

    @BeforeEach
    void writeStudy() throws IOException {
        small = Files.writeString(folder.resolve("small.yaml"), Fixtures.SMALL);
        run = folder.resolve("run");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            steps: 30, batch: 2             | steps: 30, lr: 0.1, batch: 2   | small.yaml:5: training.lr is 0.1, but the run began with 5e-3
            steps: 30                       | steps: 31                      | small.yaml:5: training.steps is 31, but the run began with 30
            d_model: 8                      | d_model: 16                    | small.yaml:4: model.d_model is 16, but the run began with 8
            states: 5                       | states: 6                      | small.yaml:3: task.states is 6, but the run began with 5
            Which placement?                | Which one?                     | small.yaml:2: question is Which one?, but the run began with Which placement?
            seeds: 2                        | seeds: 3                       | small.yaml:7: seeds is 3, but the run began with 2
            '[pre, post]'                   | '[post, pre]'                  | small.yaml:6: vary.model.placement is [post, pre], but the run began with [pre, post]
            'vary: {'                       | 'vary: {training.warmup: [1], ' | small.yaml:6: vary.training.warmup is [1], but the run began with –
            'seeds: 2'                      | 'seeds: 2\nmost_seeds: 4'      | most_seeds is 4, but the run began with 0
            'seeds: 2'                      | 'seeds: 2\nmargin: 0.1'        | margin is 0.1, but the run began with 0
            'seeds: 2'                      | 'seeds: 2\nmeasure: [loss]'    | measure is [loss], but the run began with [loss, param_grad_norm_by_layer
            'vary: {model.placement: [pre, post]}' | 'variants: {a: {}}'     | small.yaml:6: variants is [a], but the run began with []
            'seeds: 2'                      | 'seeds: 2\ntune: {steps: 5, over: {training.lr: [0.1, 1]}, bounded: {training.lr: enough}}' | tune.bounded.training.lr is enough, but the run began with –
            'seeds: 2'                      | 'seeds: 2\ntune: {steps: 5, over: {training.lr: [0.1, 1]}, extend: 1}' | tune.extend is 1, but the run began with 0
            'seeds: 2'                      | 'seeds: 2\ntune: {steps: 5, over: {training.lr: [0.1, 1]}, seeds: 3}' | tune.seeds is 3, but the run began with 1
            'seeds: 2'                      | 'seeds: 2\ntune: {steps: 5, method: random, trials: 2, over: {training.lr: {from: 0.1, to: 1}}}' | tune.over.training.lr is {from: 0.1, to: 1, scale: linear}, but the run began with –
            'seeds: 2'                      | 'seeds: 2\ncompare_on: exam_loss' | compare_on is exam_loss, but the run began with final_loss
            'question: Which placement?'    | 'question: '''''               | small.yaml:2: question is '', but the run began with Which placement?
            study: small                    | study: other                   | the run began with the study small, not other
            """)
    void anEditedStudyIsAnotherStudy(String was, String is, String message) throws IOException {
        ablate(small, "--out", run).succeeded();
        assertThat(Fixtures.SMALL).contains(was);
        Files.writeString(small, Fixtures.SMALL.replace(was, is.replace("\\n", "\n")));
        ablate(small, "--resume", run).refused(2, "--resume " + run, message);
        ablate("--resume", run).succeeded();
    }

    @Test
    void everyKeyThatDiffersIsNamed() throws IOException {
        ablate(small, "--out", run).succeeded();
        Files.writeString(small, Fixtures.SMALL.replace("d_model: 8", "d_model: 16").replace("batch: 2", "batch: 4"));
        ablate(small, "--resume", run).refused(2, "model.d_model is 16", "training.batch is 4");
    }

    @Test
    void whatMeansTheSameIsTheSameStudy() throws IOException {
        ablate(small, "--out", run).succeeded();
        byte[] results = Files.readAllBytes(run.resolve("results.json"));
        Path other = Files.writeString(folder.resolve("other.yaml"), """
                # the same in another order, with defaults written out and numbers written otherwise
                seeds: 2
                vary:
                  model.placement: [pre, post]
                training: {batch: 2, lr: 0.005, steps: 30, warmup: 1, betas: [0.90, 0.980]}
                model: {n_ctx: 8, n_heads: 1, d_model: 8, n_layers: 2}
                task: {states: 5, kind: markov}
                question: Which placement?
                expected: inconclusive
                study: small
                """);
        Files.delete(run.resolve("trials/placement=pre,seed=1/trial.json"));
        ablate(other, "--resume", run).succeeded();
        assertThat(run.resolve("results.json")).hasBinaryContent(results);
    }

    @Test
    void theOrderOfVariedKeysIsNoDifferenceAndKeepsTheRunsOwn() throws IOException {
        Files.writeString(small, Fixtures.SMALL.replace("vary: {", "vary: {training.warmup: [1, 5], "));
        ablate(small, "--out", run).succeeded();
        byte[] results = Files.readAllBytes(run.resolve("results.json"));
        Files.writeString(small, Fixtures.SMALL.replace("[pre, post]", "[pre, post], training.warmup: [1, 5]"));
        ablate(small, "--resume", run).succeeded();
        assertThat(run.resolve("results.json")).hasBinaryContent(results);
    }

    @Test
    void whatTheCommandLineChangedNeedNotBeGivenAgain() throws IOException {
        ablate(small, "--steps", 7, "--out", run).succeeded();
        ablate(small, "--resume", run).succeeded();
        ablate(small, "--steps", 7, "--resume", run).succeeded();
        ablate(small, "--steps", 8, "--resume", run).refused(2, "the run began with --steps 7, not 8");
        Files.writeString(small, Fixtures.SMALL.replace("steps: 30", "steps: 40")); // which it never was
        ablate(small, "--resume", run).succeeded();
    }

    @Test
    void aBuiltInStudyIsHeldAgainstTheRunToo() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), "study: depth\ntask: {kind: markov, states: 5}\nmodel: {n_layers: 1, d_model: 8, n_ctx: 8}\nseeds: 1\n");
        ablate(file, "--steps", 3, "--out", run).succeeded();
        ablate("depth", "--resume", run).refused(2, "another study: study depth: task.kind is char_lm, but the run began with markov", "keys more");
    }

    @Test
    void relativePathsCountFromTheFileAndAreRecordedWithTheirContent() throws IOException {
        Path study = textStudy("here", "hello world ".repeat(20));
        ablate(study, "--out", run).succeeded();
        Path corpus = folder.resolve("here/texts/a.txt");
        assertThat(run.resolve("study.yaml")).content().contains("corpus: " + corpus);
        JsonNode input = environment().path("inputs").get(0);
        assertThat(environment().path("inputs").size()).isEqualTo(1);
        assertThat(input.path("key").asString()).isEqualTo("task.corpus");
        assertThat(input.path("path").asString()).isEqualTo(corpus.toString());
        assertThat(input.path("sha256").asString()).isEqualTo(Fingerprint.sha256("hello world ".repeat(20).getBytes(StandardCharsets.UTF_8)));
        assertThat(input.path("bytes").intValue()).isEqualTo(240);
        ablate("--resume", run).succeeded();
    }

    @Test
    void aFileThatHoldsSomethingElseIsNoticed() throws IOException {
        Path study = textStudy("here", "hello world ".repeat(20));
        Path corpus = folder.resolve("here/texts/a.txt");
        ablate(study, "--out", run).succeeded();
        Files.writeString(corpus, "world hello ".repeat(20)); // length, letters and their frequencies are the same
        ablate("--resume", run).refused(2, "study.yaml:7: task.corpus: " + corpus + " has changed since the run began (then 240 bytes, sha256 ", "put it back as it was");
        Files.writeString(corpus, "hello world ".repeat(20));
        ablate("--resume", run).succeeded();
        Files.delete(corpus);
        ablate("--resume", run).refused(2, "study.yaml:7: task.corpus: " + corpus + ": no such corpus");
        ObjectNode environment = environment();
        environment.remove("inputs");
        Files.writeString(run.resolve("environment.json"), Json.pretty(environment));
        Files.writeString(corpus, "hello world ".repeat(20));
        ablate("--resume", run).refused(2, "does not say which files it read");
    }

    @Test
    void aModelThatATrialStartsFromIsAmongTheFiles() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"fluxo\", \"n_layers\": 2, \"d_model\": 8, \"n_ctx\": 8, \"d_vocab\": 5}");
        Files.write(model.resolve("model.safetensors"), new byte[] {1, 2, 3});
        Files.writeString(model.resolve("report.html"), "not of the model");
        String study = Fixtures.SMALL.replace("model.placement: [pre, post]", "training.warmup: [1, 2]");
        Files.writeString(small, study.replace("n_ctx: 8", "n_ctx: 8, init_from: model"));
        ablate(small, "--out", run).succeeded();
        JsonNode inputs = environment().path("inputs");
        assertThat(inputs.findValuesAsString("path")).containsExactly(model.resolve("config.json").toString(), model.resolve("model.safetensors").toString());
        assertThat(inputs.findValuesAsString("key")).containsOnly("model.init_from");
        Files.write(model.resolve("model.safetensors"), new byte[] {1, 2, 4});
        ablate("--resume", run).refused(2, "model.init_from: " + model.resolve("model.safetensors") + " has changed since the run began");
        Files.delete(model.resolve("model.safetensors"));
        ablate("--resume", run).refused(2, "model.init_from: " + model.resolve("model.safetensors") + " was there when the run began, and is gone");
        Files.writeString(small, study.replace("n_ctx: 8", "n_ctx: 8, init_from: nowhere"));
        ablate(small, "--out", folder.resolve("none")).refused(2, "small.yaml:4: model.init_from: " + folder.resolve("nowhere") + ": there is no such folder");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void resultsDoNotDependOnWhereFilesLie() throws IOException {
        for (String place : List.of("here", "there/and/further")) {
            Path study = textStudy(place, "hello world ".repeat(20));
            Path other = Files.createDirectories(study.resolveSibling("other"));
            Files.writeString(other.resolve("a.txt"), "other text ".repeat(20));
            Files.writeString(study, TEXT_STUDY.replace(", corpus: texts/a.txt", "").replace("training.warmup: [0, 2]", "task.corpus: [texts/a.txt, other/a.txt, wordnet]"));
            ablate(study, "--out", study.resolveSibling("run")).succeeded();
        }
        Path results = folder.resolve("here/run/results.json");
        assertThat(results).content().contains("\"task.corpus\": \"texts/a.txt\"", "corpus other/a.txt instead of texts/a.txt", "\"corpus=texts/a.txt\"").doesNotContain(folder.toString());
        assertThat(folder.resolve("there/and/further/run/results.json")).hasSameBinaryContentAs(results);
    }

    @Test
    void aMissingFileIsToldWithLineKeyAndWhereItWasLookedFor() throws IOException {
        Path study = textStudy("here", "hello world ".repeat(20));
        Files.delete(folder.resolve("here/texts/a.txt"));
        ablate(study).refused(2, study + ":2: task.corpus: " + folder.resolve("here/texts/a.txt") + ": no such corpus");
        Files.writeString(study, "seeds: 1\nvary:\n  task.corpus: [wordnet, b.txt]\n");
        ablate(study).refused(2, study + ":3: vary.task.corpus: " + folder.resolve("here/b.txt") + ": no such corpus");
        Files.writeString(study, "seeds: 1\nvariants:\n  a: {}\n  b: {task.kind: tokens, task.file: ids}\n");
        ablate(study).refused(2, study + ":4: variants.b.task.file: " + folder.resolve("here/ids") + ": no such file of token ids");
        ablate("--corpus", folder.resolve("none.txt")).refused(2, "--corpus: " + folder.resolve("none.txt") + ": no such corpus");
        Files.writeString(study, "vary: {task.corpus: [a.txt, ./a.txt]}\n");
        ablate(study).refused(2, study + ":1: vary.task.corpus: lists " + folder.resolve("here/a.txt") + " twice");
    }

    @Test
    void aFilesNameIsNoSetting() throws IOException {
        String yaml = Fixtures.SMALL.replace("study: small\n", "").replace("steps: 30, ", "");
        Path named = Files.writeString(folder.resolve("depth.yaml"), yaml);
        Path other = Files.writeString(folder.resolve("another.yaml"), yaml);
        ablate(named, "--out", run).succeeded();
        ablate(other, "--out", folder.resolve("other")).succeeded();
        assertThat(run.resolve("study.yaml")).content().contains("study: my-depth\n", "expected: inconclusive");
        assertThat(Files.readString(run.resolve("study.yaml")).replace("my-depth", "another")).isEqualTo(Files.readString(folder.resolve("other/study.yaml")));
        assertThat(Json.parse(Files.readString(run.resolve("results.json"))).path("why").asString()).contains("no rule for a verdict is known");
        ablate(named, "--resume", run).succeeded();
        Path written = Files.writeString(folder.resolve("written.yaml"), "study: depth\nexpected: holds\n" + yaml.replaceFirst("question.*\n", ""));
        ablate(written, "--steps", 3, "--out", folder.resolve("known")).succeeded();
        assertThat(folder.resolve("known/study.yaml")).content().contains("study: depth", "lr: 3e-3");
    }

    @Test
    void anExpectationNeedsARule() throws IOException {
        Files.writeString(small, Fixtures.SMALL + "expected: holds\n");
        ablate(small).refused(2, "small.yaml:8: expected: there are no conditions to judge the study 'small' by, so that it cannot be 'holds': write conditions, or leave it out");
        Files.writeString(small, Fixtures.SMALL + "expected: does not hold\n");
        ablate(small).refused(2, "small.yaml:8: expected");
    }

    @Test
    void anEditedRecordIsRefused() throws IOException {
        ablate(small, "--out", run).succeeded();
        Path record = run.resolve("trials/placement=pre,seed=1/trial.json");
        Files.writeString(record, Files.readString(record).replaceFirst("\"final_loss\": [0-9.]+", "\"final_loss\": 0.5"));
        ablate("--resume", run).refused(2, record + ": was changed since it was written, or is damaged", "delete its folder " + record.getParent());
    }

    @Test
    void anotherBuildIsSaidOnceAndRecorded() throws IOException {
        ablate(small, "--out", run).succeeded();
        ObjectNode environment = environment();
        environment.put("fluxo", "0.0.9").put("git_commit", "0123456789abcdef0123456789abcdef01234567");
        Files.writeString(run.resolve("environment.json"), Json.pretty(environment));
        Called resumed = ablate("--resume", run);
        assertThat(resumed.status()).isZero();
        assertThat(resumed.err().lines()).singleElement().asString().startsWith("fluxo: the run began with Fluxo 0.0.9 (commit 0123456789ab), and goes on with ");
        assertThat(environment().path("continued").get(0).path("command").asString()).startsWith("./fluxo ablate --resume ");
        assertThat(environment().path("fluxo").asString()).isEqualTo("0.0.9");
    }

    @Test
    void anEnvironmentThatSaysNoSeedIsRefused() throws IOException {
        ablate(small, "--out", run).succeeded();
        ObjectNode environment = environment();
        environment.put("seed", "x");
        Files.writeString(run.resolve("environment.json"), Json.pretty(environment));
        ablate("--resume", run).refused(2, "environment.json: does not say with which backend (name, dtype, device) and seed the run began");
    }

    @Test
    void hintsAreCommandsThatWork() throws IOException {
        Path spaced = folder.resolve("my run");
        TrialExecutor failing = (trial, task, model, listener) -> {
            if (trial.seed() == 1) {
                throw new IOException("No space left on device");
            }
            throw new IllegalStateException("7 is no width");
        };
        List<String> told = Called.with(failing, "ablate", small, "--out", spaced, "--quiet").err().lines().toList();
        assertThat(told.get(0)).isEqualTo("fluxo: trial placement=pre,seed=1 failed: No space left on device; nothing is recorded of it; when that is mended, this runs it"
                + " again: ./fluxo ablate --resume '" + spaced + "'");
        assertThat(told.get(1)).isEqualTo("fluxo: trial placement=pre,seed=2 failed: 7 is no width; to run it again: rm -r '" + spaced + "/trials/placement=pre,seed=2'"
                + " && ./fluxo ablate --resume '" + spaced + "'");
        ablate(small, "--out", spaced).refused(2, "continue it with --resume '" + spaced + "'");
        assertThat(spaced.resolve("report.html")).content().contains("<code>./fluxo ablate " + small + " --quiet</code>");
        assertThat(ablate("--resume", spaced).err()).contains("placement=pre,seed=2 failed").doesNotContain("placement=pre,seed=1 failed");
    }

    @Test
    void anInterruptedRunReadsTheSameFiles() throws IOException {
        Path study = textStudy("here", "hello world ".repeat(20));
        TrialExecutor failing = (trial, task, model, listener) -> trial.training().get(WARMUP) == 2 ? fail() : SYNTHETIC.execute(trial, task, model, listener);
        Called.with(failing, "ablate", study, "--out", run, "--quiet");
        ablate("--resume", run).succeeded();
        ablate(study, "--out", folder.resolve("whole")).succeeded();
        assertThat(run.resolve("results.json")).hasSameBinaryContentAs(folder.resolve("whole/results.json"));
    }

    @Test
    void nothingIsMeasuredWhileWhatWasTriedIsOpen() throws IOException {
        Files.writeString(small, Fixtures.SMALL + "tune: {steps: 25, over: {training.lr: [1e-3, 3e-3]}}\n");
        ablate(small, "--out", folder.resolve("whole")).succeeded();
        String best = Json.parse(Files.readString(folder.resolve("whole/results.json"))).path("tuning").get(0).path("chosen").path("training.lr").asString();
        TrialExecutor failing = (trial, task, model, listener) -> trial.id().startsWith("tune-placement=pre") && trial.training().get(LR) == Double.parseDouble(best)
                ? fail() : SYNTHETIC.execute(trial, task, model, listener);
        Called.with(failing, "ablate", small, "--out", run, "--quiet").refused(1, "failed: permission denied; what is measured depends on it", "ablate --resume " + run);
        assertThat(run.resolve("trials/placement=pre,seed=1")).doesNotExist();
        ablate("--resume", run).succeeded();
        assertThat(run.resolve("results.json")).hasSameBinaryContentAs(folder.resolve("whole/results.json"));
    }

    private static TrialOutcome fail() throws IOException {
        throw new IOException("permission denied");
    }

    private Path textStudy(String place, String text) throws IOException {
        Path texts = Files.createDirectories(folder.resolve(place).resolve("texts"));
        Files.writeString(texts.resolve("a.txt"), text);
        return Files.writeString(folder.resolve(place).resolve("text.yaml"), TEXT_STUDY);
    }

    private ObjectNode environment() throws IOException {
        return (ObjectNode) Json.parse(Files.readString(run.resolve("environment.json")));
    }

    private static Called ablate(Object... arguments) {
        Object[] all = new Object[arguments.length + 2];
        all[0] = "ablate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--quiet";
        return Called.with(SYNTHETIC, all);
    }
}
