package io.fluxo.experiments.cli;

import static io.fluxo.train.TrainingSpec.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.spec.Study;
import io.fluxo.experiments.study.builtin.StudyLibrary;
import io.fluxo.experiments.study.run.RunLock;
import io.fluxo.experiments.study.trial.TrialExecutor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CliTest {

    private static final TrialExecutor SYNTHETIC = new SyntheticExecutor(3.1);

    @TempDir
    Path folder;

    private Path small;

    /** What a call of the program left. */
    private record Ran(int status, String out, String err) {

        Ran refused(int expectedStatus, String message) {
            assertThat(err).contains(message).startsWith("fluxo: ").doesNotContain("\tat ").doesNotContain("Exception");
            assertThat(err.lines()).as("one message").hasSize(1);
            assertThat(out).isEmpty();
            assertThat(status).isEqualTo(expectedStatus);
            return this;
        }
    }

    @BeforeEach
    void writeStudy() throws IOException {
        small = Files.writeString(folder.resolve("small.yaml"), Fixtures.SMALL);
    }

    @Test
    void ablateLeavesEverythingARunLeaves() throws IOException {
        Ran ran = fluxo("ablate", small, "--out", out("run"));
        assertThat(ran.status).isZero();
        assertThat(ran.out).contains("variant", "placement=pre ", "±", "verdict: inconclusive (expected: inconclusive)", "report: " + out("run"));
        assertThat(ran.err).contains("4 trials, 120 steps").contains("4 of 4: ");
        assertThat(out("run")).isDirectoryContaining("glob:**/study.yaml").isDirectoryContaining("glob:**/environment.json")
                .isDirectoryContaining("glob:**/timings.json").isDirectoryContaining("glob:**/results.csv")
                .isDirectoryContaining("glob:**/results.json").isDirectoryContaining("glob:**/report.html");
        assertThat(out("run").resolve("trials/placement=post,seed=2")).isDirectoryContaining("glob:**/trial.json")
                .isDirectoryContaining("glob:**/metrics.jsonl").isDirectoryContaining("glob:**/model");
        JsonNode environment = Json.parse(Files.readString(out("run").resolve("environment.json")));
        assertThat(environment.path("backend").path("stack").asString()).isEqualTo("autodiff(simd)");
        assertThat(environment.path("command").asString()).startsWith("./fluxo ablate ");
        assertThat(Fixtures.READER.read(out("run").resolve("study.yaml")).study()).isEqualTo(Fixtures.study(Fixtures.SMALL));
    }

    @Test
    void theDefaultStudyComesOutAsExpected() {
        Ran ran = fluxo("ablate", "--out", out("run"), "--quiet", "--json", "-", "--report", folder.resolve("copy.html"));
        assertThat(ran.status).isZero();
        assertThat(ran.err).isEmpty();
        JsonNode json = Json.parse(ran.out);
        assertThat(json.path("verdict").asString()).isEqualTo("holds");
        assertThat(json.path("expected").asString()).isEqualTo("holds");
        assertThat(json.path("backend").asString()).isEqualTo("simd");
        assertThat(json.path("variants").size()).isEqualTo(4);
        assertThat(json.path("timings").path("seconds").isNumber()).isTrue();
        assertThat(folder.resolve("copy.html")).isNotEmptyFile();
    }

    @Test
    void aStudyCutShortIsExpectedToBeInconclusive() {
        Ran ran = fluxo("ablate", "--steps", 20, "--out", out("short"), "--quiet");
        assertThat(ran.status).isZero();
        assertThat(ran.out).contains("verdict: inconclusive (expected: inconclusive)").contains("20 steps are too few");
    }

    @Test
    void anUnexpectedVerdictIsStatusOne() {
        Ran other = fluxo(new SyntheticExecutor(2.7), "ablate", "--out", out("other"), "--quiet");
        assertThat(other.status).isEqualTo(1);
        assertThat(other.out).contains("verdict: does not hold (expected: holds)");
    }

    @Test
    void aFailedTrialIsStatusOneAndADivergedOneIsNot() throws IOException {
        Path failing = Files.writeString(folder.resolve("f.yaml"), Fixtures.SMALL.replace("d_model: 8", "d_model: 7"));
        Ran failed = fluxo("ablate", failing, "--out", out("f"), "--quiet");
        assertThat(failed.status).isEqualTo(1);
        assertThat(failed.err).contains("trial placement=pre,seed=1 failed: 7 is no width");
        Path diverging = Files.writeString(folder.resolve("d.yaml"), Fixtures.SMALL.replace("batch: 2", "batch: 2, lr: 10"));
        Ran diverged = fluxo("ablate", diverging, "--out", out("d"), "--quiet");
        assertThat(diverged.status).isZero();
        assertThat(diverged.out).contains("diverged  diverged");
    }

    @Test
    void resultsDoNotDependOnJobsOrResume() throws IOException {
        fluxo("ablate", small, "--out", out("one"), "--jobs", 1, "--quiet");
        fluxo("ablate", small, "--out", out("two"), "--jobs", 2, "--quiet");
        byte[] expected = Files.readAllBytes(out("one").resolve("results.json"));
        assertThat(Files.readAllBytes(out("two").resolve("results.json"))).isEqualTo(expected);

        Files.delete(out("two").resolve("trials/placement=post,seed=1/trial.json"));
        Files.delete(out("two").resolve("results.json"));
        Ran resumed = fluxo("ablate", "--resume", out("two"));
        assertThat(resumed.status).isZero();
        assertThat(resumed.err).contains("3 of 4 trials are finished already, 30 steps to go");
        assertThat(Files.readAllBytes(out("two").resolve("results.json"))).isEqualTo(expected);
    }

    @Test
    void aRunThatAnotherProcessIsAtIsRefused() throws IOException {
        fluxo("ablate", small, "--out", out("run"), "--quiet");
        try (RunLock _ = RunLock.take(out("run"))) {
            fluxo("ablate", "--resume", out("run")).refused(2, "another process is running this study");
        }
        assertThat(fluxo("ablate", "--resume", out("run"), "--quiet").status).isZero();
        fluxo("ablate", small, "--checkpoint", -1).refused(2, "--checkpoint must be at least 0");
    }

    @Test
    void whatAKilledProcessLeftBeforeItBeganIsNoObstacle() throws IOException {
        Files.createDirectories(out("run"));
        Files.writeString(out("run").resolve(".lock"), "process 1");
        Files.writeString(out("run").resolve("environment.json"), "{}");
        Files.writeString(out("run").resolve(".study.yaml.1-2.tmp"), "study: sm");
        assertThat(fluxo("ablate", small, "--out", out("run"), "--quiet").status).isZero();
    }

    @Test
    void theTableComparesSeedBySeed() {
        assertThat(fluxo("ablate", small, "--out", out("run"), "--quiet").out).contains("95 % interval", "parameters: equal, 1,616",
                "placement post instead of pre: ", "2 seeds cannot show");
    }

    @Test
    void theValidationLossStandsBesideTheTrainingLoss() throws IOException {
        Path validated = Files.writeString(folder.resolve("v.yaml"), Fixtures.SMALL.replace("batch: 2", "batch: 2, eval_every: 10") + "compare_on: validation_loss\n");
        Ran ran = fluxo("ablate", validated, "--out", out("run"));
        assertThat(ran.status).isZero();
        assertThat(ran.out.lines().findFirst().orElseThrow()).matches("variant +final loss +95 % interval +seeds 1 … 2 +validation loss +validation loss, seed by seed +.*");
        assertThat(ran.out).contains("final loss: mean training loss over the last 20 steps, in nats per token; validation loss: the last one",
                "placement post instead of pre: no difference in validation loss shown");
        assertThat(ran.err).containsPattern("placement=post,seed=2 finished, final loss \\d\\.\\d{3}, validation loss \\d\\.\\d{3} ");
        JsonNode json = Json.parse(Files.readString(out("run").resolve("results.json")));
        assertThat(json.path("compare_on").asString()).isEqualTo("validation_loss");
        assertThat(json.path("variants").get(0).path("validation_loss").path("mean").isNumber()).isTrue();
        assertThat(out("run").resolve("report.html")).content().contains("Compared on: validation loss.", "diamonds: validation loss");

        Path one = Files.writeString(folder.resolve("one.yaml"), Files.readString(validated).replaceAll("vary.*\n", ""));
        assertThat(fluxo("train", one, "--out", out("one"), "--quiet").out).containsPattern("default +\\d\\.\\d{3} +\\d\\.\\d{3} +\\d\\.\\d{3} ").contains("validation loss");
        assertThat(fluxo("ablate", small, "--out", out("without"), "--quiet").out).doesNotContain("validation").contains("final loss: mean training loss over the last 20 steps");
    }

    @Test
    void whatCannotBeComparedIsRefusedBeforeAnythingTrains() throws IOException {
        Path never = Files.writeString(folder.resolve("never.yaml"), Fixtures.SMALL + "compare_on: validation_loss\n");
        fluxo("ablate", never, "--out", out("x")).refused(2, "never.yaml:8: compare_on: validation_loss needs training.eval_every of at least 1 in every variant");
        Path exam = Files.writeString(folder.resolve("exam.yaml"), Fixtures.SMALL + "compare_on: exam_loss\n");
        fluxo("ablate", exam, "--out", out("x")).refused(2, "exam.yaml:8: compare_on: variants cannot be compared on 'exam_loss' (legal: final_loss, validation_loss)");
        Path pairs = Files.writeString(folder.resolve("pairs.yaml"), Fixtures.SMALL.replaceAll("task.*", "task: {kind: recall, pairs: [1, 4]}")
                + "compare_on: accuracy_at_32_pairs\n");
        fluxo("ablate", pairs, "--out", out("x")).refused(2, "did you mean 'accuracy_at_4_pairs'? (legal: final_loss, validation_loss, exam_loss, loss_at_4_pairs, "
                + "exam_accuracy, accuracy_at_4_pairs)");
        assertThat(out("x")).doesNotExist();
    }

    @Test
    void aChoiceAtTheEdgeOfItsGridIsSaidInTableReportAndJson() throws IOException {
        Path tuned = Files.writeString(folder.resolve("tuned.yaml"), Fixtures.SMALL + "tune: {steps: 4, over: {training.lr: [1e-3, 1e-2], model.d_mlp: [8, 16]}, "
                + "bounded: {model.d_mlp: the sizes are to be alike}}\n");
        Ran ran = fluxo("ablate", tuned, "--out", out("run"), "--quiet");
        assertThat(ran.status).isZero();
        assertThat(ran.out).containsPattern("placement=\\w+ chose training.lr (1e-3|0.01), the (smallest|largest) that was tried: a better one may lie beyond")
                .contains("model.d_mlp is bounded: the sizes are to be alike.");
        JsonNode json = Json.parse(Files.readString(out("run").resolve("results.json")));
        json.path("tuning").forEach(choice -> assertThat(choice.path("at_edge").toString()).isEqualTo("[\"training.lr\"]"));
        assertThat(out("run").resolve("report.html")).content().contains("that was tried: a better one may lie beyond", "the sizes are to be alike", "lr tuned");
        assertThat(out("run").resolve("results.csv")).content().contains(",value,training.lr,model.d_mlp\n").contains(",tuning_final_loss,");
    }

    @Test
    void aCopyOfTheReportLeadsToTheTrialsToo() throws IOException {
        Path copies = Files.createDirectory(folder.resolve("copies of reports"));
        fluxo("ablate", small, "--out", out("a run"), "--quiet", "--report", copies.resolve("copy.html"));
        assertThat(copies.resolve("copy.html")).content().contains("href=\"../a%20run/trials/placement%3Dpre%2Cseed%3D1/\"");
        assertThat(out("a run").resolve("report.html")).content().contains("href=\"./trials/placement%3Dpre%2Cseed%3D1/\"");
    }

    @Test
    void aResumedRunKeepsWhatItBeganWith() throws IOException {
        fluxo("ablate", small, "--out", out("run"), "--seed", 7, "--quiet");
        assertThat(fluxo("ablate", small, "--resume", out("run"), "--seed", 7, "--steps", 30, "--out", out("run"), "--quiet").out).contains("seeds 7 … 8");
        fluxo("ablate", "--resume", out("run"), "--seed", 8).refused(2, "the run began with --seed 7, not 8");
        fluxo("ablate", "--resume", out("run"), "--steps", 5).refused(2, "the run began with --steps 30, not 5");
        fluxo("ablate", "pre-vs-post", "--resume", out("run")).refused(2, "the run began with the study small, not pre-vs-post");
        fluxo("ablate", "--resume", out("run"), "--backend", "cuda").refused(2, "--backend simd, not cuda");
        fluxo("train", "--resume", out("run")).refused(2, "was made by './fluxo ablate'");
        fluxo("ablate", "--resume", out("none")).refused(2, "no such folder");
        fluxo("ablate", "--resume", folder).refused(2, "not the folder of a run");
    }

    @Test
    void resumingOverAChangedCorpusIsRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "hello world ".repeat(50));
        Path study = Files.writeString(folder.resolve("c.yaml"), "task: {corpus: '%s'}\ntraining: {steps: 2}\nseeds: 1\nvary: {training.warmup: [0, 2]}".formatted(text));
        assertThat(fluxo("ablate", study, "--out", out("run"), "--quiet").status).isZero();
        Files.writeString(text, "hello there ".repeat(50));
        fluxo("ablate", "--resume", out("run")).refused(2, "task.corpus: " + text + " has changed since the run began");
    }

    @Test
    void refusesBadCommandLines() throws IOException {
        fluxo().refused(2, "no command given (commands: backends, ");
        fluxo("ablat").refused(2, "did you mean");
        fluxo("bench", "blok").refused(2, "legal: block, train");
        fluxo("bench", "train", "--heads", 3).refused(2, "--heads 3 does not divide --model 128");
        fluxo("bench", "train", "--batch", 0).refused(2, "--batch must be at least 1");
        fluxo("bench", "train", "--compile").refused(2, "give --peer PYTHON too");
        fluxo("bench", "train", "--both").refused(2, "--both: it is the peer's models").refused(2, "give --peer PYTHON too");
        fluxo("bench", "train", "--peer-device", "gpu").refused(2, "--peer-device: unknown value 'gpu'");
        fluxo("bench", "train", "--dtype", "i32").refused(2, "--dtype i32: models compute in floating types");
        fluxo("bench", "matmul", "--sizes", "64,0").refused(2, "--sizes must be at least 1, not 0");
        fluxo("bench", "train", "--warm-up", "-1").refused(2, "--warm-up must be at least 0");
        fluxo("ablate", "--stpes", 3).refused(2, "Unknown option: '--stpes'");
        fluxo("ablate", "--steps", "many").refused(2, "'--steps'");
        fluxo("ablate", "--steps").refused(2, "--steps");
        fluxo("ablate", "--steps", 0).refused(2, "--steps must be at least 1, not 0");
        fluxo("ablate", "--jobs", 0).refused(2, "--jobs must be at least 1");
        fluxo("ablate", "--threads", -1).refused(2, "--threads must be at least 1");
        for (String command : new String[] {"ablate", "verify", "train"}) {
            fluxo(command, "--threads", 20_000).refused(2, "--threads must be at most ").refused(2, ", not 20000: there ").refused(2, " here");
        }
        fluxo("bench", "train", "--threads", 20_000).refused(2, "--threads must be at most ");
        fluxo("ablate", "--jobs", 20_000).refused(2, "--jobs must be at most ");
        fluxo("ablate", "--dtype", "f16").refused(2, "unknown type 'f16'; did you mean 'bf16'?");
        fluxo("ablate", "pre-vs-pots").refused(2, "no study named 'pre-vs-pots'; did you mean 'pre-vs-post'? (legal: pre-vs-post, placements, components, norms, depth, recall, induction, context, twins); or give a YAML file");
        fluxo("ablate", folder.resolve("none.yaml")).refused(2, "none.yaml: no such file");
        fluxo("ablate", "--json", folder.resolve("no/where.json")).refused(2, "there is no folder");
        fluxo("ablate", "--report", folder).refused(2, "is a folder");
        fluxo("ablate", small, "--corpus", "x.txt").refused(2, "the study's task is not char_lm");
        fluxo("ablate", "--corpus", folder.resolve("none.txt")).refused(2, "no such corpus");
        fluxo("train").refused(2, "give a YAML file");
        fluxo("train", small).refused(2, "varies model.placement");
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "model:\n  n_head: 3\n");
        fluxo("ablate", bad).refused(2, "bad.yaml:2: unknown key 'model.n_head'");
        Path both = Files.writeString(folder.resolve("both.yaml"), "vary: {training.steps: [1, 2]}");
        fluxo("ablate", both, "--steps", 5).refused(2, "--steps: the study varies training.steps");
    }

    @ParameterizedTest
    @CsvSource({"backends, --seed=3", "backends, --out=x", "schema, --backend=simd", "verify, --out=x", "install nd4j-native, --json=x", "bench train, --out=x", "train, --jobs=2"})
    void anOptionThatACommandDoesNotUseIsUnknownToIt(String command, String option) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.add(option);
        fluxo(words.toArray()).refused(2, "Unknown option: '" + option + "'").refused(2, "; see ./fluxo " + words.getFirst() + " --help");
        assertThat(fluxo(words.getFirst(), "--help").out).doesNotContain(option.substring(0, option.indexOf('=')));
    }

    @ParameterizedTest
    @CsvSource({"ablate --list --steps 3, --steps", "ablate --list --seed 3, --seed", "ablate --list pre-vs-post, STUDY", "verify --list --trials 4, --trials"})
    void anOptionThatAListDoesNotReadIsRefused(String command, String option) {
        fluxo((Object[]) command.split(" ")).refused(2, option + " does nothing with --list");
    }

    @Test
    void aStudyIsPrintedInOneFormAlone() {
        fluxo("ablate", small, "--yaml", "--json", "-").refused(2, "--json does nothing with --yaml");
        fluxo("ablate", small, "--yaml", "--dry-run").refused(2, "--dry-run does nothing with --yaml");
    }

    /** In every locale there is a name that is no path; in UTF-8 it holds the character 0. */
    @ParameterizedTest
    @ValueSource(strings = {"--out", "--json", "--report", "--plugins", "--resume", "--corpus", "STUDY"})
    void aNameThatIsNoPathIsRefused(String option) {
        Ran ran = option.equals("STUDY") ? fluxo("ablate", "a\0b") : fluxo("ablate", option, "a\0b", "--quiet");
        assertThat(ran.err).contains("Nul character not allowed").doesNotContain("Exception", "java.").hasLineCount(1);
        assertThat(ran.status).isEqualTo(2);
    }

    @Test
    void refusesAFolderThatIsInTheWay() throws IOException {
        fluxo("ablate", small, "--out", out("run"), "--quiet");
        fluxo("ablate", small, "--out", out("run")).refused(2, "holds a run already; continue it with --resume");
        fluxo("ablate", small, "--out", folder).refused(2, "exists and is not empty");
        fluxo("ablate", small, "--out", small).refused(2, "exists and is not a folder");
        fluxo("ablate", small, "--out", small.resolve("below")).refused(2, "--out");
    }

    @Test
    void installKnowsWhatThereIsToFetch() {
        fluxo("install", "nd4j").refused(2, "there is nothing called 'nd4j' (legal: nd4j-native, nd4j-cuda, torch, spark)");
        fluxo("install").refused(2, "Missing required parameter: 'nd4j-native|nd4j-cuda|torch|spark'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "--engine sprk; --engine: unknown engine",
            "--master local; --master does nothing without --engine spark",
            "--engine here --master local; --master does nothing without --engine spark",
            "--spark spark.a=1; --spark does nothing without --engine spark",
            "--engine spark; --engine spark: give --master URL too",
            "--engine spark --master local --jobs 2; --jobs does nothing with --engine spark",
            "--engine spark --master local --dry-run; --engine spark does nothing with --dry-run",
            "--engine spark --master local --spark spark.master=x; --spark spark.master: give it by --master"})
    void anEngineIsAskedForWithWhatBelongsToIt(String options, String message) {
        fluxo((Object[]) ("ablate " + options).split(" ")).refused(2, message);
    }

    @Test
    void sparkThatIsNotInstalledIsSaidBeforeAnythingIsBegun() {
        fluxo("ablate", small, "--engine", "spark", "--master", "local[2]", "--out", out("x")).refused(3,
                "--engine spark: Spark's jars not installed: ./fluxo install spark fetches them (about 249 MB)");
        assertThat(out("x")).doesNotExist();
    }

    @Test
    void backendsAreNamedWithTheirReasons() throws IOException {
        Ran table = fluxo("backends");
        assertThat(table.status).isZero();
        assertThat(table.out).contains("simd", "yes", "cuda: no driver: libcuda.so.1 not found");
        JsonNode json = Json.parse(fluxo("backends", "--json", "-").out);
        assertThat(json.path("backends").get(1).path("available").booleanValue()).isFalse();
        fluxo("ablate", small, "--backend", "cuda", "--out", out("x")).refused(3, "cannot run here");
        fluxo("ablate", small, "--backend", "sind", "--out", out("x")).refused(2, "did you mean 'simd'?");
        assertThat(out("x")).as("nothing was begun").doesNotExist();
    }

    @Test
    void trainWritesAModelDirectory() throws IOException {
        Path spec = Files.writeString(folder.resolve("one.yaml"), Fixtures.SMALL.replaceAll("vary.*\n", ""));
        Ran ran = fluxo("train", spec, "--out", out("model"), "--steps", 3, "--json", folder.resolve("r.json"), "--quiet");
        assertThat(ran.status).isZero();
        assertThat(out("model").resolve("config.json")).exists();
        assertThat(ran.out).contains("model: " + out("model"));
        assertThat(Json.parse(Files.readString(folder.resolve("r.json"))).path("variants").get(0).path("trials").size()).isEqualTo(1);
    }

    @Test
    void trainNamesAModelOnlyWhereThereIsOne() throws IOException {
        Path spec = Files.writeString(folder.resolve("d.yaml"), Fixtures.SMALL.replaceAll("vary.*\n", "").replace("batch: 2", "batch: 2, lr: 10"));
        Ran diverged = fluxo("train", spec, "--out", out("diverged"), "--quiet");
        assertThat(diverged.status).isEqualTo(1);
        assertThat(diverged.out).contains("report: " + out("diverged")).doesNotContain("model: ");
    }

    @Test
    void aStudyIsPrintedAsYamlThatMeansTheSame() {
        Ran depth = fluxo("ablate", "depth", "--yaml", "--steps", 7);
        assertThat(depth.status).isZero();
        assertThat(depth.err).isEmpty();
        Study shown = Fixtures.study(depth.out);
        Study known = StudyLibrary.standard().find("depth").orElseThrow().study();
        assertThat(shown.training().get(STEPS)).isEqualTo(7);
        assertThat(shown.withTraining(known.training()).vary()).isEqualTo(known.vary());
        assertThat(Fixtures.study(fluxo("ablate", "depth", "--yaml").out)).isEqualTo(known);
    }

    @Test
    void runningItAgainDoesNotMeetItsOwnFolder() throws IOException {
        fluxo("ablate", small, "--out", out("run"), "--quiet");
        JsonNode environment = Json.parse(Files.readString(out("run").resolve("environment.json")));
        assertThat(environment.path("command").asString()).isEqualTo("./fluxo ablate " + small + " --out " + out("run") + " --quiet");
        assertThat(environment.path("again").asString()).isEqualTo("./fluxo ablate " + small + " --quiet");
        assertThat(out("run").resolve("report.html")).content().contains("./fluxo ablate " + small + " --quiet</code>");
        fluxo("ablate", small, "--out=" + out("other"), "--quiet");
        assertThat(Json.parse(Files.readString(out("other").resolve("environment.json"))).path("again").asString()).doesNotContain("--out");
    }

    @Test
    void aDryRunLeavesNothing() {
        Ran ran = fluxo("ablate", small, "--dry-run", "--out", out("dry"));
        assertThat(ran.status).isZero();
        assertThat(ran.out).contains("placement=post,seed=2", "1,616", "4,848", "4 trials, about", "steps of the first trial", "nothing was kept");
        assertThat(out("dry")).doesNotExist();
        assertThat(fluxo("ablate", "--list").out).contains("pre-vs-post", "warm-up");
    }

    @Test
    void aDryRunSaysTheLeastAndTheMost() throws IOException {
        Path tuned = Files.writeString(folder.resolve("tuned.yaml"), Fixtures.SMALL + "tune: {steps: 10, over: {training.lr: [1e-3, 1e-2]}, extend: 3, seeds: 2}\n");
        Ran ran = fluxo("ablate", tuned, "--dry-run", "--json", out("plan.json"));
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.out).contains("12 trials, about").contains("; at the most 24 trials, about ", "tuning may go on beyond its grids").contains("tune-placement=pre,training.lr=1e-3,seed=4");
        JsonNode plan = Json.parse(Files.readString(out("plan.json")));
        assertThat(plan.path("trials").size()).isEqualTo(4 + 8);
        assertThat(plan.path("trials_at_most").intValue()).isEqualTo(4 + 8 + 12);
        assertThat(plan.path("seconds_at_most").doubleValue() / plan.path("seconds_estimated").doubleValue()).as("steps: 120 + 80, and 120 more").isCloseTo(320.0 / 200, offset(0.2));
    }

    @Test
    void aDryRunTellsTheLeastAndTheMostWhereSeedsAreAddedInStages() throws IOException {
        Path staged = Files.writeString(folder.resolve("staged.yaml"), Fixtures.SMALL + "most_seeds: 5\ntune: {steps: 15, over: {training.lr: [1e-3, 1e-2]}}\n");
        Ran ran = fluxo("ablate", staged, "--dry-run");
        assertThat(ran.out).contains("8 trials, about", "; at the most 14 trials, about ", "with 5 seeds instead of 2");
        JsonNode json = Json.parse(fluxo("ablate", staged, "--dry-run", "--json", "-").out);
        assertThat(json.path("trials")).hasSize(8);
        assertThat(json.path("seeds_at_most").intValue()).isEqualTo(5);
        assertThat(json.path("trials_at_most").intValue()).isEqualTo(14);
        assertThat(json.path("seconds_at_most").doubleValue()).isGreaterThanOrEqualTo(json.path("seconds_estimated").doubleValue());
        assertThat(fluxo("ablate", small, "--dry-run").out).doesNotContain("at the most");
    }

    @Test
    void debugShowsWhereAnErrorComesFrom() {
        assertThat(fluxo("ablate", "nothing", "--debug").err).contains("BadInput").contains("\tat ").endsWith("or give a YAML file" + System.lineSeparator());
    }

    @Test
    void helpAndVersionSucceed() {
        assertThat(fluxo("--help")).satisfies(ran -> assertThat(ran.out).contains("ablate", "train", "backends", "Exit status"));
        assertThat(fluxo("ablate", "--help").out).contains("--resume", "--backend").isEqualTo(fluxo("help", "ablate").out);
        assertThat(fluxo("help").out).isEqualTo(fluxo("--help").out);
        fluxo("help", "ablat").refused(2, "Unknown subcommand 'ablat'");
        assertThat(fluxo("--version").out).startsWith("fluxo ");
    }

    private Path out(String name) {
        return folder.resolve(name);
    }

    private static Ran fluxo(Object... arguments) {
        return fluxo(SYNTHETIC, arguments);
    }

    private static Ran fluxo(TrialExecutor executor, Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, plugins -> new FakeWorkbench(executor)).run(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
