package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFileTest {

    @TempDir
    private Path directory;

    @Test
    void aFileMayHaveAsManyBytesAsAreAllowed() throws IOException {
        Path file = Files.writeString(directory.resolve("a.json"), "{\"a\":1}");
        assertThat(JsonFile.read(file, 7).path("a").intValue()).isEqualTo(1);
        assertRefused(file, 6, "is larger than the 6 bytes it may have");
    }

    @Test
    void whatIsNoFileIsNotRead() {
        assertRefused(directory, 100, "not a regular file");
        assertRefused(directory.resolve("none.json"), 100, "there is no such file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            []        | must hold one JSON object {…}
            {"a":}    | is not JSON at line 1
            {"a":1} 2 | is not JSON at line 1
            """)
    void whatIsNoObjectIsExplained(String content, String message) throws IOException {
        Path file = Files.writeString(directory.resolve("a.json"), content);
        assertThatThrownBy(() -> JsonFile.read(file, 100)).isInstanceOf(CheckpointException.class).hasMessageStartingWith(file + ": " + message);
    }

    @Test
    void whatIsNoTextIsNotRead() throws IOException {
        assertRefused(Files.write(directory.resolve("a.json"), new byte[] {'{', '"', (byte) 0xC3, '"', '}'}), 100, "is not UTF-8 text");
    }

    private static void assertRefused(Path file, long mostBytes, String message) {
        assertThatThrownBy(() -> JsonFile.read(file, mostBytes)).isInstanceOf(CheckpointException.class).hasMessage(file + ": " + message);
    }
}
