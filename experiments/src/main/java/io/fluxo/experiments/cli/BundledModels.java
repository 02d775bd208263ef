package io.fluxo.experiments.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Models that come with Fluxo, known by name: two character models that differ in where their norms stand. They are unpacked to be read. */
final class BundledModels {

    static final List<String> NAMES = List.of("twin-pre", "twin-post");

    private static final String FOLDER = "/io/fluxo/experiments/twins/";
    private static final List<String> FILES = List.of("config.json", "model.safetensors", "tokenizer.json");

    private BundledModels() {}

    /** The directory of a model that comes with Fluxo; empty where {@code name} is not one, or a directory of that name is nearer. */
    static Optional<Path> find(String name) {
        return NAMES.contains(name) && !Files.exists(Path.of(name)) ? Optional.of(unpacked(name)) : Optional.empty();
    }

    private static Path unpacked(String name) {
        try {
            Path folder = Files.createTempDirectory("fluxo-" + name);
            folder.toFile().deleteOnExit();
            for (String file : FILES) {
                try (InputStream in = BundledModels.class.getResourceAsStream(FOLDER + name + "/" + file)) {
                    Path copy = folder.resolve(file);
                    Files.copy(in, copy);
                    copy.toFile().deleteOnExit();
                }
            }
            return folder;
        } catch (IOException failed) {
            throw new UncheckedIOException("the model " + name + " cannot be unpacked: " + failed.getMessage(), failed);
        }
    }
}
