package io.fluxo.experiments.lab;

import static io.fluxo.experiments.lab.Program.fluxo;
import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.checkpoint.CharacterTokenizer;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.lab.Program.Ran;
import io.fluxo.experiments.task.TaskParts;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.experiments.task.Tasks;
import io.fluxo.random.RandomKey;
import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a trial may start from: said before anything is trained, by the key and its line, whichever command is asked. */
class StartingModelTest {

    private static final String STUDY = """
            study: small
            task: {kind: char_lm, corpus: '%s'}
            model: {n_layers: 2, d_model: 8, d_mlp: 8, n_ctx: 6%s}
            training: {batch: 2, steps: 3}
            %s
            seeds: 1
            """;

    /** The corpus and a model that was trained on it, for all tests. */
    @TempDir
    private static Path shared;

    private static Path corpus;

    @TempDir
    private Path folder;

    @BeforeAll
    static void trainAModel() throws IOException {
        corpus = Files.writeString(shared.resolve("corpus.txt"), "the quick brown fox jumps over the lazy dog, again and again.\n".repeat(20));
        Path study = Files.writeString(shared.resolve("model.yaml"), Text.format(STUDY, corpus, "", ""));
        assertThat(fluxo("train", study, "--out", shared.resolve("model"), "--quiet").status()).isZero();
    }

    @Test
    void aModelGoesOnFromItself() throws IOException {
        Path model = copied();
        Path again = write("again.yaml", STUDY, corpus, ", dropout: 0.2, init: gpt2, init_std: 0.7, embed_std: 2, init_from: '" + model + "'", "");
        assertThat(fluxo("train", again, "--out", folder.resolve("again"), "--quiet").status()).isZero();
        assertThat(loss(folder.resolve("again"))).as("starts where the other ended, and not at ln 28").isLessThan(loss(shared.resolve("model")));
    }

    @Test
    void aModelOfCharactersIsNoneOfOtherIds() throws IOException {
        Path model = copied();
        int ids = Json.parse(Files.readString(model.resolve("config.json"))).path("d_vocab").asInt(0);
        Path study = write("ids.yaml", STUDY.replace("{kind: char_lm, corpus: '%s'}", "{kind: markov, states: " + ids + "}  # %s"), corpus, ", init_from: '" + model + "'", "");
        Ran ran = fluxo("train", study, "--out", folder.resolve("ids"), "--quiet");
        assertThat(ran.err()).contains("ids.yaml:3: model.init_from: ", "is a model of characters (it has a tokenizer.json), and the ids of this task are none");
        assertThat(ran.status()).isEqualTo(2);
    }

    static List<String> otherModels() {
        return List.of("n_heads: 2|n_heads is 1 there and 2 here;", "placement: post|placement is pre there and post here;",
                "act_fn: gelu|act_fn is relu there and gelu here;", "norm_eps: 1e-3|norm_eps is 1e-5 there and 1e-3 here;", "mask: bidirectional|mask: bidirectional lets",
                "placement: {default: pre, \"1\": post}|placement is pre there and {default: pre, 1: post} here;", "n_layers: 3|n_layers is 2 there and 3 here;",
                "d_mlp: 16|d_mlp is 8 there and 16 here;", "family: gru|family is transformer there and gru here;", "d_vocab: 40|d_vocab is 30 there and 40 here;",
                "n_ctx: 5|n_ctx is 6 there and 5 here;", "attention: uniform|attention is softmax there and uniform here;");
    }

    @ParameterizedTest
    @MethodSource("otherModels")
    void anotherModelIsNoBeginningWhetherItsShapesFitOrNot(String change) throws IOException {
        Path model = copied();
        String[] parts = change.split("\\|");
        String key = parts[0].split(":")[0];
        String base = Text.format(STUDY, corpus, ", init_from: '" + model + "'", "").replaceAll("(?<=[{ ])" + key + ": [^,}]+,", "").replace("model: {", "model: {" + parts[0] + ", ");
        if (key.equals("family")) {
            base = base.replace(" d_mlp: 8,", "");
        }
        Path file = Files.writeString(folder.resolve("other.yaml"), base);
        for (Object[] command : new Object[][] {{"train", file}, {"ablate", file}, {"ablate", file, "--dry-run"}}) {
            Ran ran = fluxo(command);
            assertThat(ran.status()).as(ran.err()).isEqualTo(2);
            assertThat(ran.err()).contains("other.yaml:3: model." + (key.equals("mask") ? "mask" : "init_from"), parts[1]);
        }
    }

    @Test
    void whatIsWrittenOtherwiseAndMeansTheSameIsTheSame() throws IOException {
        Path model = copied();
        Path same = write("same.yaml", STUDY, corpus, ", d_head: 8, n_key_value_heads: 1, placement: {default: pre, \"0-1\": pre}, init_from: '" + model + "'", "");
        Ran ran = fluxo("train", same, "--out", folder.resolve("same"), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.err()).doesNotContain("tokenizer");
    }

    @Test
    void idsHaveToStandForTheSameCharacters() throws IOException {
        Path model = copied();
        Path capitals = Files.writeString(folder.resolve("capitals.txt"), Files.readString(corpus).replace('q', 'Q'));
        Path file = write("capitals.yaml", STUDY, capitals, ", init_from: '" + model + "'", "");
        Ran ran = fluxo("train", file);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("capitals.yaml:3: model.init_from", "was trained on other characters", "id 4 is 'a' (U+0061) there and 'Q' (U+0051) here");
        Files.delete(model.resolve("tokenizer.json"));
        Ran unknown = fluxo("train", file, "--out", folder.resolve("unknown"), "--quiet");
        assertThat(unknown.status()).isZero();
        assertThat(unknown.err()).contains("model.init_from", "holds no tokenizer.json: whether its 30 ids stand for the characters of this text is not known");
    }

    @ParameterizedTest
    @CsvSource({"'abc d', 'abc de', id 5 is nothing there and 'e' (U+0065) here", "'abc d', 'abcd', id 0 is blank (U+0020) there and 'a' (U+0061) here",
            "'abc d', 'abc ', id 4 is 'd' (U+0064) there and nothing here"})
    void theFirstIdThatStandsForSomethingElseIsTold(String there, String here, String difference) throws IOException {
        Path trained = Files.writeString(folder.resolve("there.txt"), there.repeat(20));
        Path model = folder.resolve("of-few");
        assertThat(fluxo("train", write("there.yaml", STUDY, trained, ", d_vocab: 9", ""), "--out", model, "--quiet").status()).isZero();
        Path other = Files.writeString(folder.resolve("here.txt"), here.repeat(20));
        Ran ran = fluxo("train", write("here.yaml", STUDY, other, ", d_vocab: 9, init_from: '" + model + "'", ""));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("here.yaml:3: model.init_from", difference);
    }

    /** Where positions are not learned, no parameter is of one position. */
    @ParameterizedTest
    @ValueSource(strings = {", positions: rope", ", positions: sinusoidal", ", family: gru"})
    void aContextOfAnotherLengthIsTheSameModelWherePositionsAreNotLearned(String model) throws IOException {
        String study = STUDY.replace(model.contains("gru") ? " d_mlp: 8," : "d_mlp: 8", model.contains("gru") ? "" : "d_mlp: 8");
        Path trained = folder.resolve("trained");
        assertThat(fluxo("train", write("six.yaml", study, corpus, model, ""), "--out", trained, "--quiet").status()).isZero();
        Path longer = write("nine.yaml", study.replace("n_ctx: 6", "n_ctx: 9"), corpus, model + ", init_from: '" + trained + "'", "");
        Ran ran = fluxo("train", longer, "--out", folder.resolve("nine"), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vary: {model.init_from: ['', %s]}", "variants: {a: {}, b: {model.init_from: %s}}", "tune: {steps: 1, over: {model.init_from: ['', %s]}}"})
    void whatIsMissingAnywhereInAStudyIsSaidFirst(String place) throws IOException {
        Path file = write("missing.yaml", STUDY, corpus, "", Text.format(place, folder.resolve("nowhere")));
        for (Object[] command : new Object[][] {{"ablate", file, "--out", folder.resolve("x")}, {"ablate", file, "--dry-run"}}) {
            Ran ran = fluxo(command);
            assertThat(ran.status()).as(ran.err()).isEqualTo(2);
            assertThat(ran.err()).contains("missing.yaml:5: ", "model.init_from: ", "nowhere: there is no such folder");
        }
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void anNGramBesideAModelThatGoesOnStartsFromNothing() throws IOException {
        Path file = write("ngram.yaml", STUDY, corpus, ", init_from: '" + copied() + "'", "variants: {on: {}, ngram: {model.family: ngram}}");
        Ran ran = fluxo("ablate", file, "--out", folder.resolve("ngram"), "--quiet");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(folder.resolve("ngram/results.json")).content().doesNotContain("failed");
    }

    @ParameterizedTest
    @CsvSource({"model.safetensors, holds neither model.safetensors", "config.json, config.json: there is no such file"})
    void halfAModelIsNoBeginning(String gone, String message) throws IOException {
        Path model = copied();
        Files.delete(model.resolve(gone));
        Ran ran = fluxo("train", write("half.yaml", STUDY, corpus, ", init_from: '" + model + "'", ""));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("half.yaml:3: model.init_from: ", message);
    }

    @Test
    void parametersThatAreNotTheConfigurationsAreSeenBeforeTraining() throws IOException {
        Path model = copied();
        Path wider = write("wider.yaml", STUDY.replace("d_mlp: 8", "d_mlp: 12"), corpus, "", "");
        assertThat(fluxo("train", wider, "--out", folder.resolve("wider"), "--quiet").status()).isZero();
        Files.copy(folder.resolve("wider/model.safetensors"), model.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        Ran ran = fluxo("ablate", write("mixed.yaml", STUDY, corpus, ", init_from: '" + model + "'", ""), "--dry-run");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("mixed.yaml:3: model.init_from: ", "'blocks.0.mlp.W_in' is [8, 12], but the model needs");
    }

    @Test
    void idsAreNumbersWhereTheyAreNoText() throws IOException {
        Path ids = Files.writeString(folder.resolve("ids.txt"), "0 1 2 3 4 5 ".repeat(20));
        String tokens = STUDY.replace("kind: char_lm, corpus", "kind: tokens, file");
        assertThat(fluxo("train", write("ids.yaml", tokens, ids, "", ""), "--out", folder.resolve("ids"), "--quiet").status()).isZero();
        assertThat(folder.resolve("ids/tokenizer.json")).doesNotExist();
        Path more = Files.writeString(folder.resolve("more.txt"), "0 1 2 3 4 6 ".repeat(20));
        Path file = write("more.yaml", tokens, more, ", init_from: '" + folder.resolve("ids") + "'", "");
        assertThat(fluxo("train", file).err()).contains("more.yaml:3: model.init_from: ", "d_vocab is 6 there and 7 here");
        Path fewer = Files.writeString(folder.resolve("fewer.txt"), "0 1 2 3 ".repeat(20));
        Path given = write("fewer.yaml", tokens, fewer, ", d_vocab: 6, init_from: '" + folder.resolve("ids") + "'", "");
        assertThat(fluxo("train", given, "--out", folder.resolve("fewer"), "--quiet").status()).isZero();
    }

    @Test
    void theModelKeepsItsCharacters() throws IOException {
        Path model = copied();
        var task = new Tasks(Fixtures.ALL).open(TaskSpec.DEFAULT.with(TaskParts.CORPUS, corpus.toString()), false);
        List<String> characters = CharacterTokenizer.read(model).orElseThrow().characters();
        assertThat(characters).isEqualTo(task.symbols());
        int[] ids = task.batch(RandomKey.of(1), 1, 1, 40).tokens();
        StringBuilder text = new StringBuilder();
        Arrays.stream(ids).forEach(id -> text.append(characters.get(id)));
        assertThat(Files.readString(corpus)).contains(text);
    }

    /** The model, to be damaged or not. */
    private Path copied() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String file : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            Files.copy(shared.resolve("model").resolve(file), model.resolve(file));
        }
        return model;
    }

    private static double loss(Path run) throws IOException {
        return Json.parse(Files.readString(run.resolve("results.json"))).path("variants").get(0).path("final_loss").path("mean").doubleValue();
    }

    private Path write(String name, String study, Path text, String model, String more) throws IOException {
        return Files.writeString(folder.resolve(name), Text.format(study, text, model, more));
    }
}
