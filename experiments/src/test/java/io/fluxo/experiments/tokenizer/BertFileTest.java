package io.fluxo.experiments.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class BertFileTest {

    private static final String VOCABULARY = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhi\nHi\nho\n##le\nhole\né\ne\n中\n文\n中##文\n";

    @TempDir
    Path folder;

    /** Questions with the pieces and ids that Hugging Face's BertTokenizer gives them. */
    @Test
    void everyQuestionHasItsPiecesAndIds() throws IOException {
        JsonNode questions = Json.parse(Files.readString(Fixtures.data("bert-wordpiece/questions.json")));
        assertThat(questions).hasSize(2114);
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.bert(folder), 30522)) {
            for (JsonNode question : questions) {
                List<Integer> ids = new ArrayList<>();
                List<String> pieces = new ArrayList<>();
                for (int id : tokenizer.encodeBare(question.get("text").stringValue())) {
                    ids.add(id);
                    pieces.add(tokenizer.vocabulary().piece(id).orElseThrow());
                }
                assertThat(ids).as(question.get("text").stringValue()).isEqualTo(question.get("ids").valueStream().map(JsonNode::intValue).toList());
                assertThat(pieces).isEqualTo(question.get("wordpiece").valueStream().map(JsonNode::stringValue).toList());
            }
        }
    }

    @Test
    void aTextStandsBetweenClsAndSep() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.bert(folder))) {
            assertThat(tokenizer.encode("Hello [MASK]!")).containsExactly(101, 7592, 103, 999, 102);
            assertThat(tokenizer.decode(101, 7592, 103, 999, 102)).isEqualTo("[CLS] hello [MASK]! [SEP]");
            assertThat(tokenizer.vocabulary().special(Special.MASK)).hasValue(103);
            assertThat(tokenizer.vocabulary().special(Special.PAD)).hasValue(0);
            assertThat(tokenizer.vocabulary().special(Special.CLS)).hasValue(101);
            assertThat(tokenizer.vocabulary().special(Special.SEP)).hasValue(102);
            assertThat(tokenizer.vocabulary().special(Special.UNK)).hasValue(100);
            assertThat(tokenizer.vocabulary().special(Special.BOS)).isEmpty();
        }
    }

    private Tokenizer small(String configuration) throws IOException {
        ModelFolder.write(folder, "tokenizer_config.json", configuration);
        return Tokenizers.open(ModelFolder.write(folder, BertFile.FILE, VOCABULARY));
    }

    @Test
    void capitalsAndAccentsAreLeftOutUnlessTheConfigurationSaysOtherwise() throws IOException {
        try (Tokenizer tokenizer = small("{}")) {
            assertThat(tokenizer.encodeBare("Hi é 中文")).containsExactly(5, 11, 12, 13);
        }
        try (Tokenizer tokenizer = small("{\"do_lower_case\": false, \"tokenizer_class\": \"BertTokenizerFast\"}")) {
            assertThat(tokenizer.encodeBare("Hi é hole")).containsExactly(6, 10, 9);
        }
        try (Tokenizer tokenizer = small("{\"strip_accents\": false, \"tokenize_chinese_chars\": false}")) {
            assertThat(tokenizer.encodeBare("Hi é 中文")).containsExactly(5, 10, 1);
        }
    }

    @Test
    void aWrongConfigurationIsNamed() {
        assertThatThrownBy(() -> small("{\"do_lower_case\": \"no\"}")).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("tokenizer_config.json") + ": do_lower_case is \"no\"; it must be true or false");
        assertThatThrownBy(() -> small("{\"do_basic_tokenize\": false}")).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("tokenizer_config.json") + ": do_basic_tokenize is false, which is not supported; it must be true");
        assertThatThrownBy(() -> small("{\"mask_token\": 4}")).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("tokenizer_config.json") + ": mask_token is 4; it must be a token's text");
    }

    @Test
    void aWrongVocabularyIsNamed() throws IOException {
        ModelFolder.write(folder, BertFile.FILE, "[UNK]\n[CLS]\na\n");
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("vocab.txt") + ": has no [SEP]; it needs [UNK], [CLS] and [SEP], each on a line");
        ModelFolder.write(folder, BertFile.FILE, "[UNK]\n[CLS]\n[SEP]\na\n[CLS]\n");
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("vocab.txt") + ":5: '[CLS]' stands on line 2 already; each line is another token, and its number the id");
        Files.write(folder.resolve(BertFile.FILE), new byte[] {'a', '\n', (byte) 0xff});
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("vocab.txt") + ": not UTF-8 text: byte 0xff at offset 2");
    }
}
