package io.fluxo.experiments.lab;

import static io.fluxo.experiments.lab.Program.fluxo;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Program.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code measure} takes instruments, conditions judge by them, and a model on which one has no meaning is refused before anything is trained. */
class InstrumentsInStudiesTest {

    private static final String STUDY = """
            study: seen
            task: {kind: markov, states: 5}
            model: {n_layers: 2, d_model: 8, n_heads: 2, d_mlp: 8, n_ctx: 8}
            training: {batch: 2, steps: 3}
            measure: [loss, lens_kl_by_layer, induction_score, contribution_norm_by_layer]
            variants: {pre: {}, post: {model.placement: post}}
            seeds: 1
            """;

    @TempDir
    private Path folder;

    @Test
    void whatInstrumentsMeasureIsInTheResults() throws IOException {
        Path out = folder.resolve("out");
        String conditions = """
                conditions:
                - {measure: lens_kl_by_layer, of: post, at: 2, above: -1e-9, below: 1e-9}
                - {measure: induction_score, of: pre, above: 0, below: 1}
                - {measure: contribution_norm_by_layer, of: pre, at: 0, less: post, above: -5, below: 5}
                """;
        Ran ran = fluxo("ablate", Files.writeString(folder.resolve("s.yaml"), STUDY + conditions), "--out", out, "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode record = Json.parse(Files.readString(out.resolve("trials/pre,seed=1/trial.json")));
        assertThat(record.path("proved").size()).isOne();                // what was trained is the proved program, whatever instruments run afterwards
        assertThat(record.path("not_proved").size()).isZero();
        JsonNode results = Json.parse(Files.readString(out.resolve("results.json")));
        assertThat(results.path("verdict").stringValue()).isEqualTo("holds");
        JsonNode trial = results.path("variants").get(1).path("trials").get(0);
        assertThat(trial.path("figures").path("induction_score").doubleValue()).isBetween(0.0, 1.0);
        assertThat(trial.path("curves").toString()).contains("lens_kl_by_layer", "contribution_norm_by_layer");
        assertThat(results.path("criteria").get(0).path("statement").stringValue()).startsWith("lens kl at layer 2 of post is above");
        assertThat(Files.readString(out.resolve("report.html"))).contains("lens_kl_by_layer");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "model.family: gru|s.yaml:5: measure: lens_kl_by_layer has no meaning for 'post': a model of family gru has no attention and no residual stream",
        "model.residual: none|s.yaml:5: measure: lens_kl_by_layer has no meaning for 'post': the stream does not go past the sub-layers of blocks.0",
        "model.attention: none|s.yaml:5: measure: induction_score has no meaning for 'post': no layer shows an attention pattern (hook_pattern)",
        "model.n_ctx: 3|s.yaml:5: measure: induction_score has no meaning for 'post': a context of 3 tokens holds no sequence that repeats itself"})
    void whatHasNoMeaningIsRefusedWithItsLine(String variant, String message) throws IOException {
        refused(STUDY.replace("model.placement: post", variant), message);
    }

    @Test
    void severalIdsAtAPositionAreRefused() throws IOException {
        refused(STUDY.replace("kind: markov, states: 5", "kind: recall, pairs: [2], keys: 4, values: 4"),
                "s.yaml:5: measure: lens_kl_by_layer has no meaning for 'pre': the task shows 2 ids at a position, and instruments read one");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{measure: lens_kl_by_layer, of: pre, above: 0}|conditions.1.measure: lens_kl_by_layer is a curve: say at which of its places, such as at: 1",
        "{measure: lens_kl_by_layer, at: 3, of: pre, above: 0}|conditions.1.at: there is no layer 3 on the curve; there are 0 to 2",
        "{measure: lens_kl_by_layer, at: 1, less_at: 0.5, of: pre, above: 0}|conditions.1.less_at: there is no layer 0.5 on the curve; there are 0 to 2",
        "{measure: induction_score, at: 1, of: pre, above: 0}|conditions.1.at: induction_score is one number"})
    void aConditionOnWhatIsNotThereIsRefused(String condition, String message) throws IOException {
        refused(STUDY + "conditions: [" + condition + "]\n", "s.yaml:8: " + message);
    }

    @Test
    void aConditionOnWhatIsNotRecordedIsRefused() throws IOException {
        refused(STUDY.replace(", induction_score", "") + "conditions: [{measure: induction_score, of: pre, above: 0}]\n",
                "s.yaml:8: conditions.1.of: induction_score is not among what is recorded (measure)");
    }

    private void refused(String yaml, String message) throws IOException {
        Ran ran = fluxo("ablate", Files.writeString(folder.resolve("s.yaml"), yaml), "--out", folder.resolve("out"), "--quiet");
        assertThat(ran.err()).contains(message);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(folder.resolve("out")).doesNotExist();
    }
}
