package io.fluxo.cuda.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTest {

    @TempDir
    Path root;

    @Test
    void aFolderIsMadeOnce() throws IOException {
        Path kept = Kept.folder(root, "one", making -> Files.writeString(making.resolve("file"), "first"));
        assertThat(Kept.folder(root, "one", _ -> fail("it is there"))).isEqualTo(kept);
        assertThat(kept.resolve("file")).hasContent("first");
    }

    @Test
    void theFasterOfTwoProcessesMakesIt() throws IOException {
        Path kept = Kept.folder(root, "one", making -> {
            Files.writeString(making.resolve("file"), "slower");
            Kept.folder(root, "one", other -> Files.writeString(other.resolve("file"), "faster"));
        });
        assertThat(kept.resolve("file")).hasContent("faster");
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).containsExactly(kept);
        }
    }
}
