package io.fluxo.checkpoint;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a model lie in its folder: a link that leads out of it is refused, lest a model from elsewhere read what it should not. */
final class Folder {

    private Folder() {}

    /**
     * The file {@code name} in {@code folder}, which need not be there. The cache of Hugging Face's hub is known: its {@code snapshots/REVISION} link to
     * {@code blobs} beside {@code snapshots}.
     */
    static Path requireWithin(Path folder, String name) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            return file;
        }
        try {
            Path home = folder.toRealPath();
            Path real = file.toRealPath();
            Path snapshots = home.getParent();
            boolean cached = snapshots != null && snapshots.endsWith("snapshots") && real.startsWith(snapshots.resolveSibling("blobs"));
            if (!real.startsWith(home) && !cached) {
                throw new CheckpointException(file, Text.format("is a link out of its folder, to %s: a model's files lie in its folder", real));
            }
            return file;
        } catch (IOException failure) {
            throw new CheckpointException(file, "cannot be read: " + failure.getMessage(), failure);
        }
    }
}
