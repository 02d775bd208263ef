package io.fluxo.checkpoint;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Python with torch, transformers and safetensors: the system property {@code fluxo.python}, else {@code python3} of the PATH. Without one a test is reported
 * as skipped.
 */
final class PeerPython {

    private static final String PYTHON = System.getProperty("fluxo.python", "python3");
    private static final long SECONDS = 300;

    private PeerPython() {}

    static void require() {
        assumeTrue(answers(List.of(PYTHON, "-c", "import torch, transformers, safetensors")),
                PYTHON + " has no torch, transformers and safetensors (choose another with -Dfluxo.python=…)");
    }

    private static boolean answers(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Runs make_checkpoints.py. */
    static void run(String... arguments) throws IOException, InterruptedException {
        Path script = Path.of("src/test/python/make_checkpoints.py");
        Path log = Files.createTempFile("make_checkpoints", ".log");
        try {
            List<String> command = new ArrayList<>(List.of(PYTHON, script.toString()));
            command.addAll(List.of(arguments));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " takes too long");
            }
            if (process.exitValue() != 0) {
                throw new AssertionError(command + ":\n" + Files.readString(log));
            }
        } finally {
            Files.delete(log);
        }
    }
}
