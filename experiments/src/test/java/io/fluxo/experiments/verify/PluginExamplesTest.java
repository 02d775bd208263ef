package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.verify.VerifyCommandTest.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The examples under {@code docs/examples}, each built into a jar of its own and used by its name. */
class PluginExamplesTest {

    /** The longest example, in lines: an example is read at a sitting. */
    private static final int LONGEST = 100;

    @TempDir
    static Path shared;

    private static Path plugins;

    @TempDir
    Path folder;

    @BeforeAll
    static void build() throws IOException {
        plugins = Files.createDirectory(shared.resolve("plugins"));
        for (String example : List.of("parallel-block", "peak-norm", "gated-attention", "scale-claim", "figure-claim", "reversal", "array-backend")) {
            PluginJar.buildExample(plugins.resolve(example + ".jar"), shared, example);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Ran fluxo(String... arguments) {
        return VerifyCommandTest.fluxo(Stream.concat(Stream.of(arguments), Stream.of("--plugins", plugins.toString())).toArray(String[]::new));
    }

    private Path yaml(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void everyExampleIsAFewDozenLines() throws IOException {
        try (Stream<Path> files = Files.walk(PluginJar.EXAMPLES)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")).toList()).hasSizeGreaterThan(8)
                    .allSatisfy(file -> assertThat(text(file).lines().count()).as(file.toString()).isLessThan(LONGEST));
        }
    }

    @Test
    void theNormIsExaminedInAModelAndTrained() throws IOException {
        Path model = yaml("peak.yaml", "task: {kind: markov}\nmodel: {n_layers: 1, norm: example-peak, norm_affine: true}\n");
        Ran ran = fluxo("verify", "theorem-1", "theorem-2.1", "pre-norm", "--spec", model.toString(), "--trials", "2");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).containsPattern("theorem-1 +pre +proved").containsPattern("theorem-2.1 +pre +proved").contains("the model's norm is example-peak, not layer_norm");
        JsonNode results = trained("{model.norm: [layer_norm, example-peak]}", "norm_eps: 1e-3");
        assertThat(losses(results)).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void theAttentionKindHasAKeyOfItsOwn() throws IOException {
        Path model = yaml("gated.yaml", "task: {kind: markov}\nmodel: {n_layers: 1, n_heads: 2, positions: rope, attention: {kind: example-gated, steepness: 3}}\n");
        Ran ran = fluxo("verify", "theorem-1", "eq-10.32", "theorem-2.2", "--spec", model.toString(), "--trials", "2");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).containsPattern("theorem-1 +pre +proved").contains("the model's attention is {kind: example-gated, steepness: 3}, not softmax");
        JsonNode results = trained("{model.attention: [softmax, example-gated, {kind: example-gated, steepness: 3}]}", "d_mlp: 4");
        assertThat(losses(results)).hasSize(3).doesNotHaveDuplicates();
        assertThat(results.path("variants").get(2).path("vary").path("model.attention").toString()).isEqualTo("{\"kind\":\"example-gated\",\"steepness\":3.0}");
    }

    @Test
    void aRunOfAPartWithAKeyOfItsOwnIsContinued() throws IOException {
        String text = """
                study: own
                task: {kind: markov, states: 5}
                model: {n_layers: 2, d_model: 4, n_ctx: 4, attention: {default: softmax, "1": {kind: example-gated, steepness: %s}}}
                training: {batch: 2, steps: 3}
                vary: {model.d_mlp: [4, 5]}
                seeds: 1
                """;
        Path out = folder.resolve("own");
        assertThat(fluxo("ablate", yaml("own.yaml", text.formatted("2")).toString(), "--out", out.toString(), "--quiet").status()).isZero();
        String whole = text(out.resolve("results.json"));
        try (Stream<Path> files = Files.walk(out.resolve("trials/d_mlp=5,seed=1"))) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> assertThat(file.toFile().delete()).isTrue());
        }
        Ran again = fluxo("ablate", yaml("own.yaml", text.formatted("2.0")).toString(), "--resume", out.toString(), "--quiet");
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(text(out.resolve("results.json"))).isEqualTo(whole);
        Ran other = fluxo("ablate", yaml("own.yaml", text.formatted("3")).toString(), "--resume", out.toString(), "--quiet");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("model.attention").contains("steepness: 2").contains("steepness: 3").hasLineCount(1);
    }

    @Test
    void ofAKeyOfAPartsOwnTheLineIsTold() throws IOException {
        refused("model: {attention: {kind: example-gated, steepnes: 3}}", "x.yaml:1: unknown key 'model.attention.steepnes'; did you mean 'model.attention.steepness'?");
        refused("model:\n  attention: {kind: example-gated, steepness: -1}", "x.yaml:2: model.attention: steepness must be a finite number above 0, not -1");
        refused("model: {attention: {kind: example-gated, steepness: steep}}", "x.yaml:1: model.attention.steepness: must be a number, not the text 'steep'");
        refused("model: {attention: {steepness: 1}}", "must say what layers have by default, as in {default: …, \"0-2\": …}, or name one for all, as in {kind: softmax}");
        refused("model: {attention: {kind: softmax, steepness: 1}}", "the attention 'softmax' has no keys of its own, such as steepness");
        refused("model: {attention: {kind: example-gatet}}", "unknown attention 'example-gatet'; did you mean 'example-gated'?");
        refused("model: {positions: {steepness: 1}}", "x.yaml:1: model.positions: must say kind, as in {kind: learned}");
    }

    private void refused(String text, String message) throws IOException {
        Ran ran = fluxo("ablate", yaml("x.yaml", text).toString(), "--dry-run");
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err()).contains(message).hasLineCount(1);
    }

    @Test
    void theSchemaHasThePartsAndTheirKeys() {
        JsonNode schema = Json.parse(fluxo("schema").out());
        assertThat(schema.at("/properties/model/properties/attention").toString()).contains("example-gated", "steepness", "times what opens the gate");
        assertThat(schema.at("/properties/task/properties/kind").toString()).contains("example-reverse");
    }

    @Test
    void theClaimIsListedHoldsAndRefutesItsMutant() {
        assertThat(fluxo("verify", "--list", "--group", "example").out()).contains("example-scale");
        Ran ran = fluxo("verify", "example-scale", "--trials", "5");
        assertThat(ran.status()).as(ran.out()).isZero();
        assertThat(ran.out()).containsPattern("example-scale +pre +holds").contains("1 verdict and", "all as expected");
        Ran mutant = fluxo("verify", "example-scale", "--placement", "mutant-example-no-norm", "--trials", "5");
        assertThat(mutant.status()).isEqualTo(1);
        assertThat(mutant.out()).contains("refuted");
        Ran other = fluxo("verify", "--list", "--group", "exampel");
        assertThat(other.err()).contains("(legal: chapter, ", "example, all)");
    }

    @Test
    void theClaimAboutNoBlockIsListedHoldsSeesItsFaultAndStandsInTheReport() {
        assertThat(fluxo("verify", "--list", "--group", "example").out()).contains("example-doubling", "doubles the mean of the tokens in each block");
        Path report = folder.resolve("report.html");
        Ran ran = fluxo("verify", "example-doubling", "--report", report.toString());
        assertThat(ran.status()).as(ran.out() + ran.err()).isZero();
        assertThat(ran.out()).containsPattern("example-doubling +– +holds").contains("growth after block 10: 1024", "with mutant-example-no-residual (blocks have no residual connection): refuted",
                "1 verdict and 1 control, all as expected");
        assertThat(text(report)).contains("example-doubling", "doubles the mean of the tokens in each block", "growth after block 4");
    }

    @Test
    void theGuideQuotesTheClaimAboutNoBlock() throws IOException {
        String sources;
        try (Stream<Path> files = Files.walk(PluginJar.EXAMPLES.resolve("figure-claim"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).map(PluginExamplesTest::stripped).collect(Collectors.joining("\n"));
        }
        List<String> quoted = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(stripped(Path.of("../docs/add-a-claim.md"))).results().map(found -> found.group(1).strip()).toList();
        assertThat(quoted).hasSizeGreaterThan(4).allSatisfy(quote -> assertThat(sources).contains(quote));
    }

    private static String stripped(Path file) {
        return text(file).lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    @Test
    void theStudyOfTheTaskIsPlannedAndJudged() {
        Ran plan = fluxo("ablate", "example-reversal", "--dry-run");
        assertThat(plan.status()).as(plan.err()).isZero();
        assertThat(plan.out()).contains("softmax,seed=1", "no-attention,seed=3");
        assertThat(fluxo("ablate", "--list").out()).contains("example-reversal");
        Path out = folder.resolve("run");
        Ran ran = fluxo("ablate", "example-reversal", "--steps", "3", "--out", out.toString(), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(text(out.resolve("results.json"))).contains("3 steps are too few: a verdict needs at least 800");
        assertThat(text(out.resolve("study.yaml"))).contains("kind: example-reverse");
        Ran again = fluxo("ablate", "example-reversal", "--steps", "3", "--resume", out.toString(), "--quiet");
        assertThat(again.status()).as(again.err()).isZero();
    }

    @Test
    void aModelIsTrainedOnTheBackend() throws IOException {
        Path study = yaml("arrays.yaml", """
                study: arrays
                task: {kind: markov, states: 5}
                model: {n_layers: 1, d_model: 4, n_heads: 2, n_ctx: 4}
                training: {batch: 2, steps: 2}
                vary: {model.d_mlp: [4, 5]}
                seeds: 1
                """);
        List<Double> own = losses(study, "example-arrays");
        List<Double> reference = losses(study, "ejml");
        assertThat(own).hasSize(2);
        for (int i = 0; i < own.size(); i++) {
            assertThat(own.get(i)).isCloseTo(reference.get(i), within(1e-5));
        }
    }

    private List<Double> losses(Path study, String backend) {
        Path out = folder.resolve(backend);
        Ran ran = fluxo("ablate", study.toString(), "--backend", backend, "--out", out.toString(), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        return losses(Json.parse(text(out.resolve("results.json"))));
    }

    /** Two steps of each variant. */
    private JsonNode trained(String vary, String model) throws IOException {
        Path study = yaml("study.yaml", """
                study: tiny
                task: {kind: markov, states: 5}
                model: {n_layers: 1, d_model: 4, n_heads: 2, n_ctx: 4, %s}
                training: {batch: 2, steps: 2}
                vary: %s
                seeds: 1
                """.formatted(model, vary));
        Path out = folder.resolve("run" + Math.abs(vary.hashCode()));
        Ran ran = fluxo("ablate", study.toString(), "--out", out.toString(), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        return Json.parse(text(out.resolve("results.json")));
    }

    private static List<Double> losses(JsonNode results) {
        return results.path("variants").valueStream().map(variant -> variant.path("final_loss").path("mean").asDouble()).toList();
    }
}
