package io.fluxo.experiments.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Fixtures;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gpt2FilesTest {

    private static final String VOCABULARY = "{\"a\": 0, \"b\": 1, \"ab\": 2, \"Ġ\": 3, \"<|endoftext|>\": 4, \"<mask>\": 5}";

    @TempDir
    Path folder;

    /** The ids are those of OpenAI's tiktoken: r50k_base is the vocabulary of GPT-2. */
    @Test
    void everyTextOfTheReferenceHasItsIdsAndComesBack() throws IOException {
        int cases = 0;
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.gpt2(folder), 50257);
                Reader in = Files.newBufferedReader(Fixtures.data("gpt2-bpe/r50k_base_encodings.csv"))) {
            for (CSVRecord row : CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get().parse(in)) {
                String text = row.get("input");
                int[] ids = numbers(row.get("output"));
                assertThat(tokenizer.encode(text)).as(text).containsExactly(ids);
                assertThat(tokenizer.encodeBare(text)).as(text).containsExactly(ids);
                assertThat(tokenizer.decode(ids)).isEqualTo(text);
                cases++;
            }
        }
        assertThat(cases).isEqualTo(423);
    }

    private static int[] numbers(String list) {
        return Arrays.stream(list.replaceAll("[\\[\\] ]", "").split(",")).mapToInt(Integer::parseInt).toArray();
    }

    @Test
    void theEndOfATextIsOneId() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.gpt2(folder))) {
            assertThat(tokenizer.encode("Hi<|endoftext|>")).containsExactly(17250, 50256);
            assertThat(tokenizer.vocabulary().special(Special.EOS)).hasValue(50256);
            assertThat(tokenizer.vocabulary().special(Special.BOS)).hasValue(50256);
            assertThat(tokenizer.vocabulary().special(Special.MASK)).isEmpty();
            assertThat(tokenizer.vocabulary().size()).isEqualTo(50257);
        }
    }

    @Test
    void labelsAreText() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.gpt2(folder))) {
            Vocabulary vocabulary = tokenizer.vocabulary();
            assertThat(vocabulary.piece(995)).hasValue("Ġworld");
            assertThat(vocabulary.label(995)).isEqualTo(" world");
            assertThat(vocabulary.label(198)).isEqualTo("\\n");
            assertThat(vocabulary.label(225)).isEqualTo("<0x83>"); // a byte of the snowman
            assertThat(vocabulary.label(34719)).isEqualTo(" <0xE2><0x98>");
            assertThat(vocabulary.label(50256)).isEqualTo("<|endoftext|>");
            assertThat(vocabulary.label(50300)).isEqualTo("<50300>"); // of a model whose vocabulary is padded
            assertThat(tokenizer.decode(15496, 50300)).isEqualTo("Hello");
        }
    }

    /** The first 256 ids are the bytes. */
    @Test
    void eachByteHasALabel() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.gpt2(folder))) {
            List<String> labels = IntStream.range(0, 256).mapToObj(tokenizer.vocabulary()::label).toList();
            assertThat(labels).containsAll(IntStream.range(0x80, 0x100).mapToObj(value -> Text.format("<0x%02X>", value)).toList())
                    .containsAll(IntStream.range(' ', 0x7f).mapToObj(Character::toString).toList()).contains("\\n", "\\t", "\\r", "\\u0000", "\\u007f").doesNotHaveDuplicates();
        }
    }

    private Tokenizer small(String vocabulary, String merges) throws IOException {
        ModelFolder.write(folder, Gpt2Files.VOCABULARY, vocabulary);
        return Tokenizers.open(ModelFolder.write(folder, Gpt2Files.MERGES, merges));
    }

    @Test
    void mergesNeedNoHeaderAndNoLastLineEnd() throws IOException {
        for (String merges : List.of("a b", "a b\n", "#version: 0.2\na b\n", "#version: 0.2\r\na b\r\n")) {
            try (Tokenizer tokenizer = small(VOCABULARY, merges)) {
                assertThat(tokenizer.encode("ab a")).as(merges).containsExactly(2, 3, 0);
            }
        }
    }

    @Test
    void aMergeThatIsNoneIsNamedByItsLine() {
        assertThatThrownBy(() -> small(VOCABULARY, "#version: 0.2\na b\na  b\n")).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("merges.txt") + ":3: 'a  b'; a line must be two tokens with a space between");
        assertThatThrownBy(() -> small(VOCABULARY, "a a")).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("merges.txt") + ":1: 'a a': aa is not in vocab.json; both tokens and what they make must be");
    }

    @Test
    void anIdThatIsNoneIsNamed() {
        assertThatThrownBy(() -> small("{\"a\": 0, \"b\": \"1\"}", "")).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("vocab.json") + ": the id of b is \"1\"; it must be a number");
        assertThatThrownBy(() -> small("{\"a\": 0, \"b\": 0}", "")).isInstanceOf(BadInput.class)
                .hasMessage(folder.resolve("vocab.json") + ": model.vocab: a and b both have the id 0; each needs its own");
        assertThatThrownBy(() -> small("{\"a\": -1}", "")).isInstanceOf(BadInput.class).hasMessageContaining("the id of a is -1; it must be a number from 0 on");
    }

    /** RoBERTa has the same two files, and puts other tokens around a text. */
    @Test
    void anotherClassWithTheSameFilesIsRefused() throws IOException {
        ModelFolder.write(folder, "tokenizer_config.json", "{\"tokenizer_class\": \"RobertaTokenizer\"}");
        assertThatThrownBy(() -> small(VOCABULARY, "a b")).isInstanceOf(BadInput.class).hasMessage(folder.resolve("tokenizer_config.json")
                + ": tokenizer_class is \"RobertaTokenizer\", but vocab.json and merges.txt can only be read as that of GPT2Tokenizer; save the tokenizer as tokenizer.json "
                + "with Hugging Face's transformers");
    }

    @Test
    void theConfigurationSaysWhatIsSpecialAndWhetherASpaceComesFirst() throws IOException {
        ModelFolder.write(folder, "tokenizer_config.json", """
                {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true, "pad_token": {"content": "b"}, "bos_token": null,
                 "added_tokens_decoder": {"4": {"content": "<|endoftext|>", "special": true}, "5": {"content": "<mask>", "lstrip": true, "special": true}}}
                """);
        try (Tokenizer tokenizer = small(VOCABULARY, "a b")) {
            assertThat(tokenizer.encode("ab <mask>")).containsExactly(3, 2, 5);
            assertThat(tokenizer.vocabulary().special(Special.PAD)).hasValue(1);
            assertThat(tokenizer.vocabulary().special(Special.MASK)).hasValue(5);
        }
    }

    @Test
    void halfOfAPairIsNoText() throws IOException {
        try (Tokenizer tokenizer = small(VOCABULARY, "a b")) {
            assertThatThrownBy(() -> tokenizer.encode("a\ud83d")).isInstanceOf(BadInput.class).hasMessageContaining("one half of a pair of surrogates");
            assertThat(tokenizer.encode("a")).containsExactly(0);
        }
    }
}
