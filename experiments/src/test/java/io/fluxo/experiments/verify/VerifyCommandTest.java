package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Laboratory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class VerifyCommandTest {

    @TempDir
    Path folder;

    record Ran(int status, String out, String err) {}

    static Ran fluxo(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, Laboratory::open).run(arguments);
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aBackendWhoseProductsRoundMoreCoarselyIsRefused() {
        Ran ran = fluxo("verify", "--backend", "cuda-tf32");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("--backend cuda-tf32: verify holds results to the rounding of f32 or f64");
    }

    @Test
    void everythingIsAsExpectedOnTheDefaultBackend() {
        Ran ran = fluxo("verify", "--json", "-");
        assertThat(ran.status).isZero();
        JsonNode json = Json.parse(ran.out);
        assertThat(json.path("backend").asString()).isEqualTo("simd");
        List<String> keys = List.of("id", "placement", "statement", "quote", "verdict", "expected", "methods", "theory", "measured", "tolerance", "witness",
                "counterexample", "seed", "seconds");
        assertThat(json.path("claims")).hasSize(42).allSatisfy(row -> {
            assertThat(row.propertyNames()).containsAll(keys);
            assertThat(row.path("verdict").asString()).as(row.path("id").asString()).isEqualTo(row.path("expected").asString());
            assertThat(row.path("quote").asString()).isNotBlank();
            assertThat(row.path("methods").isArray()).isTrue();
        });
        assertThat(json.path("controls")).hasSizeGreaterThan(200).allSatisfy(control -> {
            assertThat(control.propertyNames()).containsExactly("claim", "mutant", "verdict", "expected", "counterexample");
            assertThat(control.path("verdict").asString()).as("%s", control).isEqualTo(control.path("expected").asString());
        });
    }

    @Test
    void aFaultyBlockIsRefutedInWordsAndReplayed() {
        Ran ran = fluxo("verify", "theorem-1", "--placement", "mutant-token-mixing-ffn");
        assertThat(ran.status).isEqualTo(1);
        assertThat(ran.out).contains("refuted", "✗ expected: proved", "without attention, 1 sequence of 2 tokens", "when x_1 changed",
                "again     ./fluxo verify theorem-1 --placement mutant-token-mixing-ffn --seed 1 --trials 20");
        Ran again = fluxo("verify", "theorem-1", "--placement", "mutant-token-mixing-ffn", "--seed", "1", "--trials", "20");
        assertThat(again.out).isEqualTo(ran.out);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            theorem-3                   | no claim named 'theorem-3'; did you mean 'theorem-1'? (legal: eq-10.32,
            --group=quantum             | --group: no group named 'quantum' (legal: chapter,
            --placement=pots            | --placement: no placement named 'pots'; did you mean 'post'? (legal: attn_res, deep_delta,
            --trials=0                  | --trials must be at least 1, not 0
            """)
    void whatIsNotThereIsSaidInOneMessage(String argument, String message) {
        Ran ran = fluxo("verify", argument);
        assertThat(ran.status).isEqualTo(2);
        assertThat(ran.err).startsWith("fluxo: ").contains(message).hasLineCount(1);
        assertThat(ran.out).isEmpty();
    }

    @Test
    void aBackendThatCannotDoItIsSaid() {
        Ran ran = fluxo("verify", "eq-10.33", "--backend", "simd", "--dtype", "f64");
        assertThat(ran.status).isIn(2, 3);
        assertThat(ran.err).contains("ejml");
    }

    @Test
    void aSpecIsExaminedInItsOwnKinds() throws IOException {
        Path spec = Files.writeString(folder.resolve("m.yaml"),
                "model: {placement: pre, act_fn: gelu_tanh, mask: bidirectional, norm: layer_norm}\ntask: {kind: markov}\n");
        Ran ran = fluxo("verify", "pre-norm", "theorem-2.1", "--spec", spec.toString(), "--backend", "ejml", "--dtype", "f64");
        assertThat(ran.out + ran.err).contains("pre-norm", "holds", "proved");
        assertThat(ran.status).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "sandwich", "res_post", "deep_norm", "resi_dual", "mix_ln", "ln_scaling", "parallel", "norm_former", "rezero", "post_scaled", "keel", "siamese",
        "hyper_connections", "mhc", "deep_delta", "attn_res", "ngpt", "hybrid_norm"})
    void everyPlacementComesOutAsExpected(String placement) {
        Ran ran = fluxo("verify", "--placement", placement, "--trials", "4");
        assertThat(ran.out).contains("all as expected").containsPattern("theorem-1 +" + placement + " +proved").containsPattern("theorem-2.1 +" + placement + " +proved")
                .contains("speaks of the post-norm block; %s is of another design".formatted(placement));
        assertThat(ran.status).isZero();
    }

    @Test
    void batchNormIsExaminedInEvaluationAndInTraining() throws IOException {
        Path spec = Files.writeString(folder.resolve("m.yaml"), "model: {norm: batch_norm}\ntask: {kind: markov}\n");
        Ran ran = fluxo("verify", "--spec", spec.toString(), "--trials", "4");
        assertThat(ran.out).containsPattern("theorem-1 +pre +proved +✓").containsPattern("theorem-1 +pre in training +refuted +✓")
                .containsPattern("theorem-2.1 +pre in training +proved +✓")
                .containsPattern("theorem-2 +pre in training +skipped +✓").contains("all as expected");
        assertThat(ran.status).isZero();
    }

    @Test
    void eachKindOfLayerIsExamined() throws IOException {
        Path spec = Files.writeString(folder.resolve("m.yaml"), "model: {placement: {default: pre, \"0-2\": post}, attention: {default: softmax, \"5\": self_only},"
                + " n_heads: 4, n_key_value_heads: 2, positions: rope, norm: dynamic_tanh}\ntask: {kind: markov}\n");
        Ran ran = fluxo("verify", "theorem-1", "theorem-2.1", "eq-10.37", "--spec", spec.toString(), "--trials", "4");
        assertThat(ran.out + ran.err).containsPattern("theorem-1 +post in blocks 0, 1, 2 +proved +✓").containsPattern("theorem-1 +pre in block 5 +skipped +✓")
                .containsPattern("eq-10.37 +post in blocks 0, 1, 2 +skipped +✓").contains("the model's norm is dynamic_tanh, not layer_norm",
                        "with attention self_only no token sees another");
        assertThat(ran.status).isZero();
    }

    @Test
    void theReportDrawsTheBlockOfAModelThatIsMadeOfSeveralKinds() throws IOException {
        Path spec = Files.writeString(folder.resolve("m.yaml"), "model: {placement: {default: pre, \"0\": post}}\ntask: {kind: markov}\n");
        Path page = folder.resolve("verify.html");
        Ran ran = fluxo("verify", "worked-example-realised", "--spec", spec.toString(), "--report", page.toString());
        assertThat(ran.err).isEmpty();
        assertThat(ran.out).containsPattern("worked-example-realised +post in block 0 +holds +✓");
        assertThat(Files.readString(page)).contains("<svg class=\"flow\"");
        assertThat(ran.status).isZero();
    }

    @Test
    void listNamesEveryClaim() {
        Ran ran = fluxo("verify", "--list");
        assertThat(ran.status).isZero();
        assertThat(Verified.CLAIMS.all()).allSatisfy(claim -> assertThat(ran.out).contains(claim.id()));
    }

    @Test
    void theReportIsOnePageThatLoadsNothing() throws IOException {
        Path page = folder.resolve("verify.html");
        Ran ran = fluxo("verify", "worked-example-realised", "worked-example-layernorm", "theorem-2.1", "eq-10.33", "--placement", "post", "--report",
                page.toString());
        assertThat(ran.status).isZero();
        assertThat(Files.readString(page)).startsWith("<!doctype html>").contains("default-src 'none'")
                .contains("t² &#x3D; t¹ + x_i", "printed", "<svg class=\"flow\"", "by induction")
                .doesNotContain("src=").doesNotContain("http:").doesNotContain("https:").doesNotContain("url(h");
    }
}
