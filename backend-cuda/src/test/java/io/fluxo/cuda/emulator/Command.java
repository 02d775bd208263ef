package io.fluxo.cuda.emulator;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A program that has run.
 *
 * @param line   the command line
 * @param status what it has ended with
 * @param output what it has said, on both streams
 */
record Command(List<String> line, int status, String output) {

    /** @throws IOException where the program is not found */
    static Command run(List<String> line) throws IOException {
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Command(line, process.waitFor(), output);
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** What it has said. */
    String requireSuccess() {
        if (status != 0) {
            throw new IllegalStateException(Text.format("%s ends with %d:%n%s", String.join(" ", line), status, output));
        }
        return output;
    }
}
