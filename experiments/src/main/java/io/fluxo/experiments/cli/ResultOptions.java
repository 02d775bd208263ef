package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of commands that print something about registered parts. */
class ResultOptions extends PluginOptions {

    @Option(names = "--json", paramLabel = "FILE", description = "results as JSON; - for standard output, with nothing else on it")
    Path json;

    @Override
    void check() {
        super.check();
        if (json != null && !jsonToStandardOutput()) {
            requireWritable("--json", json);
        }
    }

    static void requireWritable(String option, Path file) {
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

    boolean jsonToStandardOutput() {
        return json != null && json.toString().equals("-");
    }

    void writeJson(String text, PrintStream standardOutput) {
        if (jsonToStandardOutput()) {
            standardOutput.print(text);
            standardOutput.flush();
        } else if (json != null) {
            write(json, text);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(Text.format("%s: cannot be written: %s", file, e.getMessage()), e);
        }
    }
}
