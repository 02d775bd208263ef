package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that every command takes. What only some commands use is declared by those alone: elsewhere it is an unknown option. */
class CommonOptions {

    @Option(names = "--quiet", description = "no progress")
    boolean quiet;

    @Option(names = "--debug", description = "show where an error comes from")
    boolean debug;

    /** @throws BadInput if a number is out of range or a file cannot be written */
    void check() {}

    /** The folder of plugins; empty where there is none. */
    Optional<Path> pluginFolder() {
        return Optional.of(Path.of(System.getProperty("fluxo.home", ""), "plugins")).filter(Files::isDirectory);
    }

    static void atLeast(String option, Integer value, int least) {
        if (value != null && value < least) {
            throw new BadInput(Text.format("%s must be at least %d, not %d", option, least, value));
        }
    }

    /** A number of threads, or of things done at a time: more than a few for each processor only cost memory, until there is none. */
    static void concurrent(String option, Integer value) {
        atLeast(option, value, 1);
        int processors = Runtime.getRuntime().availableProcessors();
        int most = Math.max(64, 4 * processors);
        if (value != null && value > most) {
            throw new BadInput(Text.format("%s must be at most %d, not %d: there %s here", option, most, value,
                    processors == 1 ? "is 1 processor" : Text.format("are %d processors", processors)));
        }
    }
}
