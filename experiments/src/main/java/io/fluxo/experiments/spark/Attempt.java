package io.fluxo.experiments.spark;

import io.fluxo.checkpoint.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One attempt at a trial. Spark begins another one where it has lost sight of an executor; that executor may live on, and must then record nothing: the last
 * attempt that began is the one that counts.
 *
 * @param file holds the name of the last one
 * @param name of this one; no other has it
 */
record Attempt(Path file, String name) {

    static Attempt begin(Path file, String name) throws IOException {
        Files.createDirectories(file.getParent());
        AtomicFile.write(file, name);
        return new Attempt(file, name);
    }

    /** Whether no other attempt began after this one, and the driver is at work. */
    boolean isLast() {
        try {
            return Files.readString(file).equals(name);
        } catch (IOException gone) {
            return false;
        }
    }

    void requireLast() throws IOException {
        if (!isLast()) {
            throw new IOException("another executor has taken the trial over");
        }
    }
}
