package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.SyntheticExecutor;
import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A study with conditions of its own, from its file to its verdict. In made-up trainings post-norm without warm-up ends at 3.1, pre-norm at about 2.6. */
class ConditionsRunTest {

    private static final String HOLDS = Fixtures.SMALL.replace("steps: 30", "steps: 60") + """
            conditions:
              - {measure: final_loss, of: {placement: post}, less: {placement: pre}, above: 0.3}
              - {measure: final_loss, of: placement=pre, below: 2.8, in: mean}
            """;

    @TempDir
    Path folder;

    private Path file;
    private Path run;

    @BeforeEach
    void writeStudy() throws IOException {
        file = Files.writeString(folder.resolve("mine.yaml"), HOLDS);
        run = folder.resolve("run");
    }

    @Test
    void aStudyOfOnesOwnIsJudgedByItsConditions() throws IOException {
        Called ran = ablate(file, "--out", run).succeeded();
        assertThat(ran.out()).contains("verdict: holds (expected: holds)", "all 2 conditions are met.");
        JsonNode results = results();
        assertThat(results.path("verdict").asString()).isEqualTo("holds");
        assertThat(results.path("expected").asString()).isEqualTo("holds");
        assertThat(statements(results)).containsExactly("final loss of placement=post less that of placement=pre, in nats, is above 0.3, in every seed",
                "final loss of placement=pre, in nats, is below 2.8, on average over the seeds");
        assertThat(results.path("criteria").get(0).propertyNames()).containsExactly("claim", "statement", "measured", "met");
        assertThat(report()).contains("final loss of placement=post less that of placement=pre, in nats, is above 0.3, in every seed");
        assertThat(run.resolve("study.yaml")).content().contains("- {measure: final_loss, of: placement=post, less: placement=pre, above: 0.3, in: every_seed}");
        assertThat(Fixtures.READER.read(run.resolve("study.yaml")).study()).isEqualTo(Fixtures.READER.read(file).study());
    }

    @Test
    void aVerdictThatWasNotExpectedIsStatusOne() throws IOException {
        Files.writeString(file, HOLDS.replace("above: 0.3", "above: 3"));
        Called other = ablate(file, "--out", run);
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.out()).contains("verdict: does not hold (expected: holds)", "1 of 2 conditions are not met; the first: final loss of placement=post less");
        Files.writeString(file, HOLDS.replace("above: 0.3", "above: 3") + "expected: does not hold\n");
        assertThat(ablate(file, "--out", folder.resolve("refuted")).succeeded().out()).contains("verdict: does not hold (expected: does not hold)");
        Files.writeString(file, HOLDS + "expected: does not hold\n");
        assertThat(ablate(file, "--out", folder.resolve("surprise")).status()).isEqualTo(1);
    }

    @Test
    void oneModelCanBeJudgedToo() throws IOException {
        Files.writeString(file, HOLDS.replaceFirst("(?s)conditions.*", "").replaceFirst("vary.*", "") + "conditions: [{measure: final_loss, of: default, below: 2.8}]\n");
        assertThat(ablate(file, "--out", run).succeeded().out()).contains("verdict: holds (expected: holds)");
        assertThat(report()).contains("final loss of default, in nats, is below 2.8, in every seed");
        Called.with(new SyntheticExecutor(3.1), "train", file, "--out", folder.resolve("model")).refused(2,
                "train: 'small' has conditions, which are judged by ablate alone: use that, or leave them out");
    }

    @Test
    void whatDivergesOrFailsIsJudgedAsSuch() throws IOException {
        Files.writeString(file, HOLDS.replace("batch: 2", "batch: 2, lr: 10"));
        Called diverged = ablate(file, "--out", run);
        assertThat(diverged.status()).isEqualTo(1);
        assertThat(results().path("criteria").get(1).path("measured").asString()).isEqualTo("diverged (diverged · diverged)");
        Files.writeString(file, HOLDS.replace("d_model: 8", "d_model: 7"));
        Called failed = ablate(file, "--out", folder.resolve("failed"));
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.out()).contains("verdict: inconclusive (expected: holds)", "4 of 4 trials failed or are missing.");
    }

    @Test
    void aStudyCutShortIsInconclusiveAlsoWhenItIsContinued() throws IOException {
        String told = "verdict: inconclusive (expected: inconclusive)";
        String why = "20 steps are too few: a verdict needs at least 60.";
        assertThat(ablate(file, "--steps", 20, "--out", run).succeeded().out()).contains(told, why);
        assertThat(run.resolve("study.yaml")).content().contains("judged_from: 60", "steps: 20", "expected: inconclusive");
        assertThat(ablate("--resume", run).succeeded().out()).contains(told, why);
        assertThat(ablate(file, "--resume", run).succeeded().out()).contains(told, why);
        assertThat(environment().has("continued")).isFalse();
        Files.writeString(file, HOLDS + "judged_from: 20\n");
        assertThat(ablate(file, "--steps", 20, "--out", folder.resolve("judged")).status()).isEqualTo(1);
        assertThat(ablate(file, "--steps", 19, "--out", folder.resolve("short")).succeeded().out()).contains("19 steps are too few: a verdict needs at least 20.");
    }

    @Test
    void conditionsMayBeEditedAndTheVerdictIsMadeAnew() throws IOException {
        ablate(file, "--out", run).succeeded();
        String trial = Files.readString(run.resolve("trials/placement=pre,seed=1/trial.json"));
        Files.writeString(file, HOLDS.replace("above: 0.3", "above: 0.1") + "expected: holds\n");
        assertThat(ablate(file, "--resume", run).succeeded().out()).contains("verdict: holds");
        assertThat(statements(results()).getFirst()).contains("is above 0.1");
        assertThat(run.resolve("study.yaml")).content().contains("above: 0.1").doesNotContain("above: 0.3");
        assertThat(environment().path("continued").get(0).path("changed")).isEqualTo(Json.of(List.of("conditions")));
        Files.writeString(file, HOLDS.replace("above: 0.3", "above: 3") + "expected: does not hold\n");
        assertThat(ablate(file, "--resume", run).succeeded().out()).contains("verdict: does not hold (expected: does not hold)");
        assertThat(environment().path("continued").get(1).path("changed")).isEqualTo(Json.of(List.of("expected", "conditions")));
        Files.writeString(file, HOLDS.replaceFirst("(?s)conditions.*", ""));
        assertThat(ablate(file, "--resume", run).succeeded().out()).contains("verdict: inconclusive (expected: inconclusive)", "no rule for a verdict is known");
        Files.writeString(file, HOLDS.replace("above: 0.3", "above: 0.1").replace("d_model: 8", "d_model: 16"));
        ablate(file, "--resume", run).refused(2, "another study: ", "model.d_model is 16, but the run began with 8");
        assertThat(run.resolve("trials/placement=pre,seed=1/trial.json")).content().as("nothing is trained again").isEqualTo(trial);
        assertThat(environment().path("continued").size()).isEqualTo(3);
        ablate("--resume", run).succeeded();
        assertThat(environment().path("continued").size()).as("nothing changed").isEqualTo(3);
    }

    @Test
    void variantsAreTheSameWhateverTheOrderOfTheKeysThatNameThem() throws IOException {
        String conditions = """
                conditions: [{measure: final_loss, of: "%s", less: {warmup: 5, placement: pre}, above: %s}]
                """;
        String study = HOLDS.replaceFirst("(?s)conditions.*", "");
        String one = study.replace("vary: {", "vary: {training.warmup: [1, 5], ");
        Files.writeString(file, one + conditions.formatted("warmup=1,placement=post", 0.3));
        ablate(file, "--out", run).succeeded();
        String other = study.replace("[pre, post]", "[pre, post], training.warmup: [1, 5]");
        Files.writeString(file, other + conditions.formatted("placement=post,warmup=1", 0.3));
        ablate(file, "--resume", run).succeeded();
        assertThat(environment().has("continued")).as("it is the same condition").isFalse();
        Files.writeString(file, other + conditions.formatted("placement=post,warmup=1", 0.2));
        ablate(file, "--resume", run).succeeded();
        assertThat(statements(results())).containsExactly("final loss of warmup=1,placement=post less that of warmup=5,placement=pre, in nats, is above 0.2, in every seed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {kind: markov, states: 5}  | {measure: exam_accuracy, of: a, above: 1} | conditions.1.measure: a has no figure 'exam_accuracy' (legal: final_loss, validation_loss, stream_gradient_spread, stream_gradient_spread_at_start)
            {kind: markov, states: 5}  | {measure: loss_by_position, at: 1, of: a, above: 1} | conditions.1.measure: a has no curve 'loss_by_position', and no other
            {kind: recall, pairs: [1, 4]} | {measure: accuracy_at_8_pairs, of: a, less: b, above: 0} | conditions.1.measure: a has no figure 'accuracy_at_8_pairs'; did you mean 'accuracy_at_4_pairs'? (legal: final_loss, validation_loss, stream_gradient_spread, stream_gradient_spread_at_start, exam_loss, loss_at_4_pairs, exam_accuracy, accuracy_at_4_pairs)
            {kind: recall, pairs: [1, 4]} | {measure: accuracy_by_pair, at: 1, of: a, above: 0} | conditions.1.measure: a has no curve 'accuracy_by_pair'; did you mean 'accuracy_by_pairs'? (legal: loss_by_pairs, accuracy_by_pairs)
            {kind: recall, pairs: [1, 4]} | {measure: accuracy_by_pairs, at: 2, of: a, above: 0} | conditions.1.at: there is no pairs 2 on the curve; there are 1, 4
            {kind: recall, pairs: [1, 4]} | {measure: accuracy_by_pairs, at: .nan, of: a, above: 0} | conditions.1.at: there is no pairs .nan on the curve; there are 1, 4
            {kind: recall, pairs: [1, 4]} | {measure: accuracy_by_pairs, at: 4, less_at: 3, of: a, above: 0} | conditions.1.less_at: there is no pairs 3 on the curve; there are 1, 4
            {kind: char_lm, corpus: text.txt} | {measure: final_loss, of: a, above: 0, relative_to: floor} | conditions.1.relative_to: the floor of the task of a is not known
            """)
    void whatTheTaskDoesNotTellIsRefusedBeforeAnythingIsTrained(String task, String condition, String message) throws IOException {
        Files.writeString(folder.resolve("text.txt"), "hello world ".repeat(20));
        Files.writeString(file, """
                task: %s
                model: {n_layers: 1, d_model: 8, n_ctx: 8}
                variants: {a: {}, b: {model.placement: post}}
                conditions:
                  - %s
                """.formatted(task, condition));
        ablate(file, "--out", run).refused(2, "fluxo: " + file + ":5: " + message);
        assertThat(run).doesNotExist();
    }

    @Test
    void theDocumentedStudyIsWhatTheDocumentsSay() throws IOException {
        Matcher yaml = Pattern.compile("```yaml\n(study: last-state\n.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("../docs/studies.md")));
        assertThat(yaml.find()).isTrue();
        Files.writeString(file, yaml.group(1));
        Called ran = Called.fluxo("ablate", file, "--out", run, "--quiet", "--jobs", 2).succeeded();
        assertThat(ran.out()).contains("verdict: holds (expected: holds)", "all 4 conditions are met.");
    }

    private static List<String> statements(JsonNode results) {
        return StreamSupport.stream(results.path("criteria").spliterator(), false).map(criterion -> criterion.path("statement").asString()).toList();
    }

    private String report() throws IOException {
        return Files.readString(run.resolve("report.html")).replace("&#x3D;", "=");
    }

    private JsonNode results() throws IOException {
        return Json.parse(Files.readString(run.resolve("results.json")));
    }

    private JsonNode environment() throws IOException {
        return Json.parse(Files.readString(run.resolve("environment.json")));
    }

    private static Called ablate(Object... arguments) {
        Object[] all = new Object[arguments.length + 2];
        all[0] = "ablate";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--quiet";
        return Called.with(new SyntheticExecutor(3.1), all);
    }
}
