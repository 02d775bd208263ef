package io.fluxo.golden;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Data that is no part of this repository: in the directory of the system property {@code fluxo.data}, else in {@code ../shared/data} beside the repository.
 * Without it a test is reported as skipped.
 */
public final class SharedData {

    private SharedData() {}

    /** The folder called {@code name}; where it is not there, the test is skipped. */
    public static Path folder(String name) {
        Optional<Path> folder = find(name);
        assumeTrue(folder.isPresent(), name + " is neither in -Dfluxo.data=DIRECTORY nor in ../shared/data");
        return folder.get();
    }

    /** The same; empty where it is not there. */
    static Optional<Path> find(String name) {
        String given = System.getProperty("fluxo.data");
        if (given != null) {
            return Optional.of(Path.of(given, name)).filter(Files::isDirectory);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path beside = at.resolveSibling("shared").resolve("data").resolve(name);
            if (Files.isDirectory(beside)) {
                return Optional.of(beside);
            }
            if (Files.exists(at.resolve(".git"))) {
                break; // the repository's root
            }
        }
        return Optional.empty();
    }
}
