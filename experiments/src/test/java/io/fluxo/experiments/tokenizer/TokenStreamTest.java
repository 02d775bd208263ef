package io.fluxo.experiments.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenStreamTest {

    @TempDir
    Path folder;

    private static List<String> parts(Tokenizer tokenizer, int... ids) {
        TokenStream stream = tokenizer.stream();
        List<String> parts = new ArrayList<>();
        for (int id : ids) {
            parts.add(stream.add(id));
        }
        parts.add(stream.end());
        return parts;
    }

    @Test
    void aCharacterIsShownWhenItsLastByteHasCome() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.gpt2(folder))) {
            int[] ids = tokenizer.encode("Hi \u2603!"); // the snowman is " \xe2\x98" and "\x83"
            assertThat(ids).containsExactly(17250, 34719, 225, 0);
            assertThat(parts(tokenizer, ids)).containsExactly("Hi", " ", "\u2603", "!", "");
            assertThat(parts(tokenizer, 17250, 34719)).containsExactly("Hi", " ", "\uFFFD"); // it never comes
        }
    }

    @Test
    void theSpaceBeforeAWordIsShownWithIt() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.bert(folder))) {
            int[] ids = tokenizer.encodeBare("unaffable, isn't it?");
            List<String> parts = parts(tokenizer, ids);
            assertThat(String.join("", parts)).isEqualTo(tokenizer.decode(ids));
            assertThat(parts).startsWith("una", "ffa", "ble", ",", " isn");
        }
    }

    /** Ids at random are mostly no text: whatever comes, the parts together are the whole. */
    @Test
    void thePartsTogetherAreTheWhole() throws IOException {
        Random random = new Random(7);
        try (Tokenizer tokenizer = Tokenizers.open(ModelFolder.gpt2(folder))) {
            for (int round = 0; round < 50; round++) {
                int most = round % 2 == 0 ? 256 : 50_000; // the first 256 are bytes
                int[] ids = random.ints(1 + round, 0, most).toArray();
                assertThat(String.join("", parts(tokenizer, ids))).isEqualTo(tokenizer.decode(ids));
            }
        }
    }

    @Test
    void whatIsNoTextIsNotHeldBackForEver() throws IOException {
        try (Tokenizer tokenizer = Tokenizers.open(SentencePiece.convert(Fixtures.data("stories260K/tok512.bin"), 512, folder))) {
            TokenStream stream = tokenizer.stream();
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 200; i++) {
                text.append(stream.add(3 + 0x80));
            }
            assertThat(text.length()).isBetween(190, 200);
        }
    }
}
