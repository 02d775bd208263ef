package io.fluxo.experiments.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fluxo.experiments.BadInput;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersTest {

    private static final String WORDS = """
            {'version': '1.0', 'added_tokens': [%s], 'normalizer': {'type': 'Lowercase'}, 'pre_tokenizer': {'type': 'Whitespace'}, 'post_processor': null, 'decoder': null,
             'truncation': {'direction': 'Right', 'max_length': 2, 'strategy': 'LongestFirst', 'stride': 0},
             'padding': {'strategy': {'Fixed': 100}, 'direction': 'Right', 'pad_to_multiple_of': 0, 'pad_id': 0, 'pad_type_id': 0, 'pad_token': 'a'},
             'model': {'type': 'WordLevel', 'vocab': {'a': 0, 'b': 1, '<unk>': 2}, 'unk_token': '<unk>'}}
            """;

    private static final String[] CHARACTERS = {"\n", "a", "é", "😀"};

    @TempDir
    Path folder;

    private Tokenizer words(String added) throws IOException {
        return Tokenizers.open(ModelFolder.json(folder, WORDS.replace("%s", added)));
    }

    /** The length of a text is the model's affair. */
    @Test
    void aTextIsNeitherCutNorPadded() throws IOException {
        try (Tokenizer tokenizer = words("")) {
            assertThat(tokenizer.encode("a B a b")).containsExactly(0, 1, 0, 1);
            assertThat(tokenizer.encode("")).isEmpty();
        }
    }

    @Test
    void modelsOfCharactersNeedNoLibrary() {
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.characters(folder, CHARACTERS), 4)) {
            assertThat(tokenizer).isInstanceOf(CharacterTokens.class);
            assertThat(tokenizer.encode("aé\n😀")).containsExactly(1, 2, 0, 3);
            assertThat(tokenizer.decode(3, 0, 1)).isEqualTo("😀\na");
            assertThat(tokenizer.stream().add(3)).isEqualTo("😀");
            assertThat(tokenizer.vocabulary().label(0)).isEqualTo("\\n");
            assertThat(tokenizer.vocabulary().size()).isEqualTo(4);
            assertThat(tokenizer.vocabulary().special()).isEmpty();
            assertThatThrownBy(() -> tokenizer.encode("ab")).isInstanceOf(BadInput.class)
                    .hasMessage(folder.resolve("tokenizer.json") + ": the character 'b' (U+0062) is none of the 4 that the model knows");
        }
    }

    /** What is not exactly Fluxo's form may mean something else. */
    @Test
    void anotherFormOfCharactersIsForTheLibrary() throws IOException {
        Path file = ModelFolder.characters(folder, CHARACTERS).resolve("tokenizer.json");
        Files.writeString(file, Files.readString(file).replaceFirst("\"normalizer\" ?: null", "\"normalizer\": {\"type\": \"Lowercase\"}"));
        try (Tokenizer tokenizer = Tokenizers.open(folder)) {
            assertThat(tokenizer).isInstanceOf(LibraryTokens.class);
            assertThat(tokenizer.encode("A")).containsExactly(1);
        }
    }

    /** The same file, read by Hugging Face's library. */
    @Test
    void theLibraryReadsCharactersInTheSameWay() {
        try (Tokenizer ours = Tokenizers.open(ModelFolder.characters(folder, CHARACTERS))) {
            TokenizerJson json = TokenizerJson.read(folder.resolve("tokenizer.json"));
            try (Tokenizer theirs = LibraryTokens.open(json, ours.vocabulary())) {
                String text = "a😀\n\néa";
                assertThat(theirs.encode(text)).containsExactly(ours.encode(text));
                assertThat(theirs.decode(ours.encode(text))).isEqualTo(text);
                assertThatThrownBy(() -> theirs.encode("b")).isInstanceOf(BadInput.class).hasMessageContaining("finds no ids for the text");
            }
        }
    }

    @Test
    void aModelMayHaveMoreIdsThanItsTokenizerButNotFewer() throws IOException {
        words("").close();
        Tokenizers.open(folder, 3).close();
        Tokenizers.open(folder, 64).close();
        assertThatThrownBy(() -> Tokenizers.open(folder, 2)).isInstanceOf(BadInput.class).hasMessage(folder.resolve("tokenizer.json")
                + ": has the ids 0 … 2, but the model beside it has a vocabulary of 2: this is the tokenizer of another model");
    }

    @Test
    void addedTokensHaveIds() throws IOException {
        try (Tokenizer tokenizer = words("{'id': 3, 'content': '<mask>', 'single_word': false, 'lstrip': false, 'rstrip': false, 'normalized': false, 'special': true}")) {
            assertThat(tokenizer.encode("a<mask>")).containsExactly(0, 3);
            assertThat(tokenizer.decode(0, 3)).isEqualTo("a <mask>");
            assertThat(tokenizer.vocabulary().special(Special.MASK)).hasValue(3);
            assertThat(tokenizer.vocabulary().size()).isEqualTo(4);
        }
    }

    /** The library counts on where the vocabulary ends, and does not tell. */
    @Test
    void anAddedTokenWithAnIdThatItDoesNotGetIsRefused() {
        assertThatThrownBy(() -> words("{'id': 7, 'content': '<mask>', 'single_word': false, 'lstrip': false, 'rstrip': false, 'normalized': false, 'special': true}"))
                .isInstanceOf(BadInput.class).hasMessageContaining("added_tokens: <mask> has the id 7 here, but Hugging Face's library gives it 3");
    }

    @Test
    void theFilesBesideSayWhatIsSpecial() throws IOException {
        ModelFolder.write(folder, "config.json", "{\"bos_token_id\": 1, \"eos_token_id\": [0, 1], \"pad_token_id\": 99}");
        ModelFolder.write(folder, "special_tokens_map.json", "{\"sep_token\": \"a\", \"mask_token\": \"a\"}");
        ModelFolder.write(folder, "tokenizer_config.json", "{\"mask_token\": {\"content\": \"b\"}, \"cls_token\": null}");
        try (Tokenizer tokenizer = words("")) {
            Vocabulary vocabulary = tokenizer.vocabulary();
            assertThat(vocabulary.special(Special.BOS)).hasValue(1);
            assertThat(vocabulary.special(Special.EOS)).hasValue(0);
            assertThat(vocabulary.special(Special.PAD)).isEmpty(); // there is no such id
            assertThat(vocabulary.special(Special.SEP)).hasValue(0);
            assertThat(vocabulary.special(Special.MASK)).hasValue(1);
            assertThat(vocabulary.special(Special.CLS)).isEmpty();
            assertThat(vocabulary.special(Special.UNK)).hasValue(2); // its customary name
        }
    }

    @Test
    void itMayBeUsedFromSeveralThreads() throws IOException {
        try (Tokenizer tokenizer = words("")) {
            assertThat(IntStream.range(0, 400).parallel().mapToObj(i -> tokenizer.encode(i % 2 == 0 ? "a a" : "b b b")).toList()).hasSize(400)
                    .allSatisfy(ids -> assertThat(ids).isIn(List.of(new int[] {0, 0}, new int[] {1, 1, 1})));
        }
    }

    private void refused(String message) {
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class).hasMessage(message);
    }

    @Test
    void whereThereIsNoneAllNamesAreTold() throws IOException {
        String none = folder + ": has no tokenizer: tokenizer.json, or vocab.json with merges.txt, or vocab.txt";
        refused(none);
        ModelFolder.write(folder, "tokenizer.model", "");
        refused(none + "; there is a tokenizer.model of SentencePiece: save it as tokenizer.json with Hugging Face's transformers");
        ModelFolder.write(folder, "vocab.json", "{}");
        refused(none + "; there is a vocab.json, but no merges.txt");
        Files.delete(folder.resolve("vocab.json"));
        ModelFolder.write(folder, "merges.txt", "");
        refused(none + "; there is a merges.txt, but no vocab.json");
    }

    @Test
    void aWrongFileIsNamedOnOneLine() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        ModelFolder.json(folder, "{'model': {'vocab': 3}}");
        refused(file + ": model.vocab is 3; it must hold the tokens: {token: id, …} or [[token, score], …]");
        ModelFolder.json(folder, "{}");
        refused(file + ": model.vocab is missing; it must hold the tokens: {token: id, …} or [[token, score], …]");
        ModelFolder.json(folder, "{'model': {'vocab': [['a', 0], ['b']]}}");
        refused(file + ": model.vocab: entry 1 is [\"b\"]; it must be [token, score]");
        ModelFolder.json(folder, "{'model': {'vocab': {'a': 0}}, 'added_tokens': [3]}");
        refused(file + ": added_tokens: 3 has no content; each needs its text and its id");
        ModelFolder.json(folder, "{'model': {'vocab': {}}}");
        refused(file + ": model.vocab is empty; a tokenizer has tokens");
        ModelFolder.json(folder, "{'model': ");
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class).hasMessageStartingWith(file + ": is not JSON at line 1: ");
        ModelFolder.json(folder, WORDS.replace("%s", "").replace("'Lowercase'", "'Uppercase'"));
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class).hasMessageStartingWith(file + ": Hugging Face's library cannot read it: ")
                .message().doesNotContain("\n");
    }

    @Test
    void whatIsDeepOrLargeIsRefusedBeforeItIsRead() throws IOException {
        Path file = folder.resolve("tokenizer.json");
        Files.writeString(file, "[".repeat(1_000_000));
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class).hasMessageContaining("nesting depth");
        Files.writeString(file, "{\"normalizer\":".repeat(100_000));
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class).hasMessageContaining("nesting depth");
        large("tokenizer.json");
        refused(file + ": is larger than the 100000000 bytes it may have");
        Files.delete(file);
        large("vocab.txt");
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class).hasMessageContaining("larger than the limit of 50,000,000 bytes");
        large("merges.txt");
        large("vocab.json");
        refused(folder.resolve("vocab.json") + ": is larger than the 50000000 bytes it may have");
        ModelFolder.write(folder, "vocab.json", "{\"a\": 0}");
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(BadInput.class).hasMessageContaining("larger than the limit of 50,000,000 bytes");
    }

    /** A file with a hole, which takes no room. */
    private void large(String name) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
            file.setLength(1L << 40);
        }
    }
}
