package io.fluxo.cuda.emulator;

import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders under {@code target/emulator}, which are made once. Several JVMs may make the same one at a time. */
final class Kept {

    private Kept() {}

    /** Fills a folder. */
    interface Making {

        void into(Path folder) throws IOException;
    }

    /** The folder {@code name}, which is made if it is not there. */
    static Path folder(String name, Making making) {
        return folder(root(), name, making);
    }

    static Path folder(Path root, String name, Making making) {
        try {
            Path kept = root.resolve(name);
            if (!Files.isDirectory(kept)) {
                Files.createDirectories(root);
                Path fresh = Files.createTempDirectory(root, Text.format("making-%s-", name));
                making.into(fresh);
                putInPlace(fresh, kept);
            }
            return kept;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path root() {
        try {
            return Path.of(Kept.class.getProtectionDomain().getCodeSource().getLocation().toURI()).resolveSibling("emulator");
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Where another JVM has been faster, its folder stays. */
    private static void putInPlace(Path fresh, Path kept) throws IOException {
        try {
            Files.move(fresh, kept, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException notEmpty) {
            if (!Files.isDirectory(kept)) {
                throw notEmpty;
            }
            try (Stream<Path> files = Files.walk(fresh)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
