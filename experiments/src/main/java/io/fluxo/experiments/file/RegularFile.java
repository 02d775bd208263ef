package io.fluxo.experiments.file;

import io.fluxo.experiments.BadInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Input comes from regular files, or links to them. A pipe, device or socket may keep its reader waiting for ever, and what came out of it cannot
 * be read a second time when a run is continued.
 */
public final class RegularFile {

    private RegularFile() {}

    /** @throws BadInput if {@code file} is a pipe, device or socket; a missing file is reported when it is opened */
    public static void require(Path file) {
        if (isOther(file)) {
            throw new BadInput(file + ": is a pipe, a device or a socket; only regular files are read: save the content as one");
        }
    }

    private static boolean isOther(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).isOther();
        } catch (IOException unknown) {
            return false;
        }
    }
}
