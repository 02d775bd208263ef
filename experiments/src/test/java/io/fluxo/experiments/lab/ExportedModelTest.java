package io.fluxo.experiments.lab;

import static io.fluxo.experiments.lab.Program.fluxo;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Program.Ran;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --export}, and a training that starts from a model in another program's layout. */
class ExportedModelTest {

    private static final String STUDY = """
            study: small
            task: {kind: char_lm, corpus: '%s'}
            model: {n_layers: 2, d_model: 8, n_heads: 2, d_mlp: 8, n_ctx: 6, act_fn: gelu_tanh, norm_affine: true%s}
            training: {batch: 2, steps: 3}
            """;

    @TempDir
    private Path folder;

    private Path corpus;

    @BeforeEach
    void write() throws IOException {
        corpus = Files.writeString(folder.resolve("corpus.txt"), "the quick brown fox jumps over the lazy dog, again and again.\n".repeat(20));
    }

    @Test
    void aTrainingGoesOnFromItsExportAsFromItself() throws IOException {
        Path exported = folder.resolve("exported");
        Ran ran = fluxo("train", study("first", ""), "--out", folder.resolve("own"), "--export", exported, "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("exported as gpt2: " + exported);
        assertThat(Json.parse(Files.readString(exported.resolve("config.json"))).path("model_type").asString("")).isEqualTo("gpt2");
        assertThat(exported.resolve("tokenizer.json")).hasSameBinaryContentAs(folder.resolve("own/tokenizer.json"));
        for (String start : new String[] {"own", "exported"}) {
            Ran again = fluxo("train", study("from-" + start, ", init_from: '" + folder.resolve(start) + "'"), "--out", folder.resolve("from-" + start), "--quiet");
            assertThat(again.status()).as(again.err()).isZero();
        }
        assertThat(folder.resolve("from-exported/model.safetensors")).hasSameBinaryContentAs(folder.resolve("from-own/model.safetensors"));
    }

    @Test
    void whatHasNoSuchShapeIsRefusedBeforeItIsTrained() throws IOException {
        Ran ran = fluxo("train", study("post", ", placement: post"), "--out", folder.resolve("post"), "--export", folder.resolve("exported"));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("--export", "the shape of no architecture", "gpt2: placement is post, not pre");
        assertThat(folder.resolve("post")).doesNotExist();
        assertThat(folder.resolve("exported")).doesNotExist();
    }

    @Test
    void anotherModelThanTheCheckpointIsRefusedByItsKeys() throws IOException {
        assertThat(fluxo("train", study("first", ""), "--out", folder.resolve("own"), "--export", folder.resolve("exported"), "--quiet").status()).isZero();
        Ran ran = fluxo("train", study("other", ", qk_norm: true, init_from: '" + folder.resolve("exported") + "'"), "--out", folder.resolve("other"));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("other.yaml:3: model.init_from: ", "qk_norm is false there and true here");
    }

    private Path study(String name, String more) throws IOException {
        return Files.writeString(folder.resolve(name + ".yaml"), Text.format(STUDY, corpus, more));
    }
}
