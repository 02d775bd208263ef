package io.fluxo.experiments.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The tokenizer of stories260K, a Llama model. */
class SentencePieceTest {

    @TempDir
    Path folder;

    private Tokenizer tokenizer;

    @BeforeEach
    void open() throws IOException {
        tokenizer = Tokenizers.open(SentencePiece.convert(Fixtures.data("stories260K/tok512.bin"), 512, folder), 512);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    /** The text that llama2.c publishes for this model's 200 most probable tokens. */
    @Test
    void idsBecomeThePublishedTextByteForByte() throws IOException {
        JsonNode expected = Json.parse(Files.readString(Fixtures.data("stories260K/expected.json")));
        int[] ids = expected.get("greedy_ids_200").valueStream().mapToInt(JsonNode::intValue).toArray();
        String text = expected.get("cases").get(0).get("text").stringValue();
        assertThat(ids).hasSize(200);
        assertThat(text).startsWith("Once upon a time, there was a little girl named Lily.").hasSize(464);
        assertThat(tokenizer.decode(ids)).isEqualTo(text);

        TokenStream stream = tokenizer.stream();
        StringBuilder streamed = new StringBuilder();
        Arrays.stream(ids).forEach(id -> streamed.append(stream.add(id)));
        assertThat(streamed.append(stream.end())).hasToString(text);
    }

    @Test
    void textBecomesIdsBehindABeginning() {
        assertThat(tokenizer.encode("Once upon a time")).containsExactly(1, 403, 407, 261, 378);
        assertThat(tokenizer.encodeBare("Once upon a time")).containsExactly(403, 407, 261, 378);
        assertThat(tokenizer.vocabulary().special(Special.BOS)).hasValue(1);
        assertThat(tokenizer.vocabulary().label(261)).isEqualTo(" a");
        assertThat(tokenizer.vocabulary().label(13)).isEqualTo("<0x0A>");
    }

    @Test
    void whatIsNoPieceIsBytes() {
        int[] snowman = tokenizer.encodeBare("\u2603");
        assertThat(snowman).endsWith(3 + 0xE2, 3 + 0x98, 3 + 0x83);
        assertThat(tokenizer.decode(snowman)).isEqualTo("\u2603");
        TokenStream stream = tokenizer.stream();
        assertThat(stream.add(403)).isEqualTo("Once");
        assertThat(stream.add(3 + 0xE2)).isEmpty();
        assertThat(stream.add(3 + 0x98)).isEmpty();
        assertThat(stream.add(3 + 0x83)).isEqualTo("\u2603");
        assertThat(stream.add(3 + 0xE2)).isEmpty();
        assertThat(stream.add(3 + 0x98)).isEmpty();
        assertThat(stream.add(3 + 0x83)).isEqualTo("\u2603");
        assertThat(stream.add(261)).isEqualTo(" a");
        assertThat(stream.add(3 + 0xE2)).isEmpty();
        assertThat(stream.end()).isEqualTo("\uFFFD");
    }
}
