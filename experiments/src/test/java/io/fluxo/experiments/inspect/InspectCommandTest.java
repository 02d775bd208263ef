package io.fluxo.experiments.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fluxo.checkpoint.Safetensors;
import io.fluxo.experiments.cli.Called;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.page.Chromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The commands {@code inspect} and {@code generate}, on the models that come with Fluxo. */
class InspectCommandTest {

    private static final String PROMPT = "a small animal";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"twin-pre", "twin-post"})
    void whatIsShownIsChecked(String twin) {
        Called ran = Called.fluxo("inspect", "--model", twin, "--prompt", PROMPT, "--json", "-");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode model = Json.parse(ran.out()).path("models").get(0);
        assertThat(model.path("stream_fault").isNull()).isTrue();
        assertThat(model.path("stream_equations").asInt()).isGreaterThan(10);
        assertThat(model.path("tokens").size()).isEqualTo(PROMPT.length());
        assertThat(model.path("lens").size()).isEqualTo(4);
        assertThat(model.path("lens").get(3).path("positions").get(0).path("kl_final_here").asDouble()).isZero();
        assertThat(model.path("patterns").size()).isEqualTo(12);
        assertThat(model.path("heads").size()).isEqualTo(12);
    }

    @Test
    void twoModelsStandSideBySideInThePage() throws Exception {
        Path page = folder.resolve("inspect.html");
        Called ran = Called.fluxo("inspect", "--model", "twin-pre", "--against", "twin-post", "--prompt", PROMPT, "--patch", "a great animal", "--ablate", "blocks.0.attn.hook_z[:,:,1]=zero",
                "--attribute", "--report", page.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("twin-pre: 3 layers, width 64, 4 heads, pre", "circuits of head", "from the token", "neuron", "twin-post: 3 layers, width 64, 4 heads, post", "with blocks.0.attn.hook_z[:,:,1]=zero", "brings back", "shares add up to it but for");
        try (Chromium browser = Chromium.open(1280, 900)) {
            browser.show(page, "document.documentElement?.dataset.drawn === 'true'");
            for (String chart : List.of("#chart-norm", "#chart-cosine", "#chart-lens")) {
                assertThat(browser.ink(chart)).as(chart).isGreaterThan(1_000);
            }
            assertThat(browser.evaluate("document.querySelectorAll('.pattern tbody tr').length").asInt()).isEqualTo(2 * PROMPT.length());
            browser.evaluate("document.querySelectorAll('.heads button')[5].click()");
            assertThat(browser.evaluate("document.querySelector('.chosen').textContent").asString()).isEqualTo("Layer 1, head 1");
            for (String scheme : List.of("light", "dark")) {
                for (int width : List.of(1280, 390)) {
                    browser.media("screen", scheme);
                    browser.resize(width, 900);
                    browser.await("document.querySelector('#chart-norm canvas').getBoundingClientRect().right <= innerWidth");
                    assertThat(browser.cutOff()).as("%s at %d pixels", scheme, width).isEmpty();
                    if (System.getProperty("fluxo.screenshots") != null) {
                        Files.write(Path.of(System.getProperty("fluxo.screenshots"), "inspect-" + scheme + "-" + width + ".png"), browser.screenshot());
                    }
                }
            }
            assertThat(browser.complaints()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jacobian", "tuned"})
    void otherLensesReadTheSameStream(String lens) {
        Called ran = Called.fluxo("inspect", "--model", "twin-post", "--prompt", PROMPT, "--lens", lens, "--json", "-");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode layers = Json.parse(ran.out()).path("models").get(0).path("lens");
        assertThat(layers.size()).isEqualTo(4);
        assertThat(layers.get(layers.size() - 1).path("positions").get(PROMPT.length() - 1).path("rank_of_final").asInt()).isZero();
        assertThat(layers.get(0).path("positions").get(PROMPT.length() - 1).path("kl_final_here").asDouble()).isPositive();
    }

    @Test
    void theSharesOfALogitAddUpToIt() {
        JsonNode attribution = Json.parse(Called.fluxo("inspect", "--model", "twin-post", "--prompt", PROMPT, "--attribute", "--json", "-").out()).path("models").get(0).path("attribution");
        for (String level : List.of("by_sub_layer", "by_head")) {
            double sum = 0;
            for (JsonNode share : attribution.path(level).path("shares")) {
                sum += share.path("value").asDouble();
            }
            assertThat(sum).as(level).isCloseTo(attribution.path(level).path("logit").asDouble(), within(1e-4));
        }
    }

    @Test
    void theDumpHasEveryHookPointAndWhatEachSubLayerContributes() {
        Path file = folder.resolve("dump.safetensors");
        assertThat(Called.fluxo("inspect", "--model", "twin-pre", "--prompt", PROMPT, "--dump", file.toString(), "--backend", "ejml", "--dtype", "f64").status()).isZero();
        try (Safetensors dump = Safetensors.open(file)) {
            assertThat(dump.names()).contains("logits", "hook_embed", "blocks.0.attn.hook_pattern", "blocks.2.hook_resid_post", "blocks.1.hook_attn_contribution", "blocks.1.hook_mlp_contribution");
            double[] before = dump.read("blocks.1.hook_resid_pre").toDoubles();
            double[] attention = dump.read("blocks.1.hook_attn_contribution").toDoubles();
            double[] network = dump.read("blocks.1.hook_mlp_contribution").toDoubles();
            double[] after = dump.read("blocks.1.hook_resid_post").toDoubles();
            for (int i = 0; i < after.length; i++) {
                assertThat(before[i] + attention[i] + network[i]).isCloseTo(after[i], within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "inspect --model nowhere --tokens 1 | --model nowhere: there is no such directory; give a model directory, or one of twin-pre, twin-post",
            "inspect --model twin-pre | give --prompt TEXT, or --tokens 1,2,3",
            "inspect --model twin-pre --tokens 1,9999 | --tokens: there is no token 9999",
            "inspect --model twin-pre --tokens 1 --prompt a | --prompt and --tokens: give one of them",
            "inspect --model twin-pre --tokens 1,2 --patch 1,2,3 | both need as many tokens; this one has 3, the prompt 2",
            "inspect --model twin-pre --tokens 1,2 --patch a,b | token ids are needed",
            "inspect --model twin-pre --tokens 1 --lens dark | there is no lens called 'dark'",
            "inspect --model twin-pre --tokens 1 --ablate blocks.0.attn.hook_y=zero | the nearest names are",
            "inspect --model twin-pre --tokens 1 --ablate blocks.0.attn.hook_z=gone | --ablate",
            "generate --model twin-pre --tokens 1 --temperature -1 | the temperature is a number from 0 on",
            "generate --model twin-pre --tokens 1 --max-tokens 0 | --max-tokens must be at least 1",
            "inspect --model twin-pre --tokens 1 --dtype f64 | the backend 'simd' computes in f32"})
    void whatCannotBeDoneIsOneLine(String line, String message) {
        Called ran = Called.fluxo(line.split(" "));
        assertThat(ran.status()).as(ran.err()).isIn(2, 3);
        assertThat(ran.err()).contains(message.strip());
        assertThat(ran.err().lines().filter(one -> one.startsWith("fluxo:"))).hasSize(1);
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void aTextGoesOnTheSameWayFromOneSeedOnly() {
        String[] call = {"generate", "--model", "twin-post", "--prompt", PROMPT, "--max-tokens", "30", "--seed", "4"};
        Called once = Called.fluxo(call);
        assertThat(once.status()).as(once.err()).isZero();
        assertThat(once.out()).startsWith(PROMPT).hasSizeGreaterThan(PROMPT.length() + 20);
        assertThat(Called.fluxo(call).out()).isEqualTo(once.out());
        call[call.length - 1] = "5";
        assertThat(Called.fluxo(call).out()).isNotEqualTo(once.out());
    }

    @Test
    void idsGoOnAsIdsAndTheMostProbableDoesNotDependOnTheSeed() {
        JsonNode one = Json.parse(Called.fluxo("generate", "--model", "twin-pre", "--tokens", "1,2,3", "--temperature", "0", "--max-tokens", "120", "--json", "-").out());
        JsonNode other = Json.parse(Called.fluxo("generate", "--model", "twin-pre", "--tokens", "1,2,3", "--temperature", "0", "--max-tokens", "120", "--seed", "9", "--json", "-").out());
        assertThat(one.path("ids").size()).isEqualTo(120);
        assertThat(one.path("ids")).isEqualTo(other.path("ids"));
    }
}
