package io.fluxo.experiments;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A Python that has certain modules. */
public record Python(String program) {

    /** One on the PATH, or the one that {@code -Dfluxo.python=FILE} names; the test is skipped where none has all of {@code modules}. */
    public static Python with(String modules) {
        Stream<Path> onPath = Stream.of(System.getenv("PATH").split(File.pathSeparator)).map(folder -> Path.of(folder, "python3")).filter(Files::isExecutable);
        Stream<Path> named = Stream.ofNullable(System.getProperty("fluxo.python")).map(Path::of);
        Optional<String> found = Stream.concat(named, onPath).map(Path::toString).distinct().filter(python -> has(python, modules)).findFirst();
        assumeTrue(found.isPresent(), "no python3 on PATH has " + modules);
        return new Python(found.get());
    }

    /** What the program in {@code file} prints. */
    public String run(Path file, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program, file.toString()));
        command.addAll(List.of(arguments));
        return output(command).orElseThrow(() -> new AssertionError("Python failed; what it said is above"));
    }

    private static boolean has(String python, String modules) {
        try {
            return output(List.of(python, "-c", "import sys\ntry:\n import %s\nexcept ImportError:\n sys.exit(1)".formatted(modules))).isPresent();
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Optional<String> output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor(2, TimeUnit.MINUTES) && process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
    }
}
