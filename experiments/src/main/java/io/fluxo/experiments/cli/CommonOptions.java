package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** The options that every command takes. An option that was not given is null: {@code --resume} has to tell it from one that was. */
final class CommonOptions {

    static final String DEFAULT_BACKEND = "simd";

    @Option(names = "--backend", paramLabel = "NAME", description = "backend to compute with (default: simd)")
    String backend;

    @Option(names = "--dtype", paramLabel = "TYPE", description = "f32, f64 or bf16 (default: the backend's own)")
    String dtype;

    @Option(names = "--device", paramLabel = "K", description = "number of the device (default: 0)")
    Integer device;

    @Option(names = "--seed", paramLabel = "N", description = "first seed (default: 1)")
    Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "threads per trial; results do not depend on it")
    Integer threads;

    @Option(names = "--out", paramLabel = "DIR", description = "folder for what the run leaves (default: runs/<study>-<time>)")
    Path out;

    @Option(names = "--json", paramLabel = "FILE", description = "results as JSON; - for standard output, with nothing else on it")
    String json;

    @Option(names = "--report", paramLabel = "FILE.html", description = "a copy of the report")
    Path report;

    @Option(names = "--plugins", paramLabel = "DIR", description = "folder with further backends, blocks and norms (default: plugins)")
    Path plugins;

    @Option(names = "--quiet", description = "no progress")
    boolean quiet;

    @Option(names = "--debug", description = "show where an error comes from")
    boolean debug;

    /** @throws BadInput if a number is out of range or a file cannot be written */
    void check() {
        atLeast("--threads", threads, 1);
        atLeast("--device", device, 0);
        if (dtype != null && !java.util.List.of("f32", "f64", "bf16").contains(dtype)) {
            throw new BadInput("--dtype: " + BadInput.legal("unknown type", dtype, java.util.List.of("f32", "f64", "bf16")));
        }
        if (json != null && !json.equals("-")) {
            requireWritable("--json", Path.of(json));
        }
        if (report != null) {
            requireWritable("--report", report);
        }
    }

    static void atLeast(String option, Integer value, int least) {
        if (value != null && value < least) {
            throw new BadInput(Text.format("%s must be at least %d, not %d", option, least, value));
        }
    }

    private static void requireWritable(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new BadInput(Text.format("%s %s: is a folder", option, file));
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new BadInput(Text.format("%s %s: there is no folder %s", option, file, folder));
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw new BadInput(Text.format("%s %s: may not be written", option, file));
        }
    }

    Optional<Path> pluginFolder() {
        return Optional.ofNullable(plugins).or(() -> Optional.of(Path.of(System.getProperty("fluxo.home", ""), "plugins")).filter(Files::isDirectory));
    }

    boolean jsonToStandardOutput() {
        return "-".equals(json);
    }

    void writeJson(String text, PrintStream standardOutput) {
        if (jsonToStandardOutput()) {
            standardOutput.print(text);
            standardOutput.flush();
        } else if (json != null) {
            write(Path.of(json), text);
        }
    }

    /** @param html the page, given the folder it will lie in */
    void writeReport(Function<Path, String> html) {
        if (report != null) {
            write(report, html.apply(report.toAbsolutePath().getParent()));
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(Text.format("%s: cannot be written: %s", file, e.getMessage()), e);
        }
    }
}
