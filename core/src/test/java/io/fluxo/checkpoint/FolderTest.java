package io.fluxo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model's files lie in its folder, or where the hub's cache has them. */
class FolderTest {

    @TempDir
    private Path directory;

    private Path model;

    @BeforeEach
    void aFolder() throws IOException {
        model = Files.createDirectories(directory.resolve("hub/snapshots/12ab"));
        Files.createDirectories(directory.resolve("hub/blobs"));
    }

    @Test
    void aFileOrALinkWithinIsTheFile() throws IOException {
        Files.createFile(model.resolve("config.json"));
        Files.createSymbolicLink(model.resolve("other.json"), Path.of("config.json"));
        assertThat(Folder.requireWithin(model, "config.json")).isEqualTo(model.resolve("config.json"));
        assertThat(Folder.requireWithin(model, "other.json")).isEqualTo(model.resolve("other.json"));
        assertThat(Folder.requireWithin(model, "none.json")).as("need not be there").isEqualTo(model.resolve("none.json"));
    }

    @Test
    void theHubsCacheLinksToItsBlobs() throws IOException {
        Files.createFile(directory.resolve("hub/blobs/34cd"));
        Files.createSymbolicLink(model.resolve("config.json"), Path.of("../../blobs/34cd"));
        assertThat(Folder.requireWithin(model, "config.json")).isEqualTo(model.resolve("config.json"));
        Path elsewhere = Files.createDirectories(directory.resolve("hub/models/12ab"));
        Files.createSymbolicLink(elsewhere.resolve("config.json"), Path.of("../../blobs/34cd"));
        assertThatThrownBy(() -> Folder.requireWithin(elsewhere, "config.json")).as("no snapshot").isInstanceOf(CheckpointException.class);
    }

    @Test
    void aLinkToAnyOtherPlaceIsRefused() throws IOException {
        Path secret = Files.createFile(directory.resolve("hub/secret"));
        Files.createSymbolicLink(model.resolve("config.json"), Path.of("../../secret"));
        assertThatThrownBy(() -> Folder.requireWithin(model, "config.json")).isInstanceOf(CheckpointException.class)
                .hasMessage(model.resolve("config.json") + ": is a link out of its folder, to " + secret.toRealPath() + ": a model's files lie in its folder");
    }
}
