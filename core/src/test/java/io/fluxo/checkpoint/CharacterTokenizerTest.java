package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CharacterTokenizerTest {

    @TempDir
    private Path directory;

    /** The form that Hugging Face's library (0.21, through ai.djl.huggingface:tokenizers 0.33) loads, and encodes and decodes with as Fluxo does. */
    private static final String FORM = """
            {
              "version" : "1.0",
              "truncation" : null,
              "padding" : null,
              "added_tokens" : [ ],
              "normalizer" : null,
              "pre_tokenizer" : {
                "type" : "Split",
                "behavior" : "Isolated",
                "invert" : false,
                "pattern" : {
                  "Regex" : "[\\\\s\\\\S]"
                }
              },
              "post_processor" : null,
              "decoder" : {
                "type" : "Fuse"
              },
              "model" : {
                "type" : "WordLevel",
                "unk_token" : "<unk>",
                "vocab" : {
                  "\\n" : 0,
                  " " : 1,
                  "\\"" : 2,
                  "ä" : 3,
                  "😀" : 4
                }
              }
            }
            """;

    @Test
    void itIsWrittenAsTheLibraryReadsIt() throws IOException {
        CharacterTokenizer tokenizer = new CharacterTokenizer(List.of("\n", " ", "\"", "ä", "😀"));
        tokenizer.write(directory);
        assertThat(directory.resolve("tokenizer.json")).content().isEqualTo(FORM);
        assertThat(CharacterTokenizer.read(directory)).contains(tokenizer);
    }

    @Test
    void thereNeedBeNone() {
        assertThat(CharacterTokenizer.read(directory)).isEmpty();
    }

    @Test
    void everyPlaneOfUnicodeComesBack() throws IOException {
        CharacterTokenizer tokenizer = new CharacterTokenizer(
                java.util.stream.IntStream.of(0, 9, 0x7f, 0x300, 0x2028, 0xfeff, 0xffff, 0x1f600, 0x10ffff).mapToObj(Character::toString).toList());
        tokenizer.write(directory);
        assertThat(CharacterTokenizer.read(directory)).contains(tokenizer);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "WordLevel"  | "BPE"       | is no tokenizer of characters: its model must be a WordLevel
            "ä" : 3      | "ä" : 4     | the id of '😀' is '4'; ids must be 0 … 4, each once
            "ä" : 3      | "ä" : 5     | the id of 'ä' is '5'
            "ä" : 3      | "ä" : "3"   | the id of 'ä' is '"3"'
            "ä" : 3      | "ab" : 3    | is no tokenizer of characters: 'ab' is not one character
            "ä" : 3      | "" : 3      | is no tokenizer of characters: '' is not one character
            "version"    | version     | is not JSON at line 2
            """)
    void whatIsNoTokenizerOfCharactersIsExplained(String good, String bad, String message) throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), FORM.replace(good, bad));
        assertThatThrownBy(() -> CharacterTokenizer.read(directory)).isInstanceOf(CheckpointException.class).hasMessageContaining(message)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void aCharacterHasOneId() {
        assertThatThrownBy(() -> new CharacterTokenizer(List.of("a", "b", "a"))).isInstanceOf(IllegalArgumentException.class).hasMessage("a character has two ids");
    }
}
