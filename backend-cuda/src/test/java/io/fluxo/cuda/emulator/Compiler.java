package io.fluxo.cuda.emulator;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The C++ compiler of this machine; where there is none, tests that need it are skipped. */
final class Compiler {

    private static final List<String> COMMAND = List.of("g++", "-std=c++17", "-Wall", "-Wextra", "-fPIC", "-fvisibility=hidden");

    private final String version;

    private Compiler(String version) {
        this.version = version;
    }

    /** Skips the test where there is no compiler. */
    static Compiler ofThisMachine() {
        try {
            return new Compiler(output(new ProcessBuilder("g++", "--version")));
        } catch (IOException absent) {
            assumeTrue(false, "the CUDA emulator needs a C++ compiler: " + absent.getMessage());
            throw new IllegalStateException(absent);
        }
    }

    /** What it says about itself: libraries of different compilers are kept apart. */
    String version() {
        return version;
    }

    /** Compiles sources side by side and links them. */
    void build(List<Path> sources, List<String> compiling, List<String> linking, Path objects, Path result) {
        List<Path> compiled = sources.parallelStream().map(source -> compile(source, compiling, objects)).toList();
        run(Stream.of(COMMAND, compiled.stream().map(Path::toString).toList(), linking, List.of("-o", result.toString())).flatMap(List::stream).toList());
    }

    private static Path compile(Path source, List<String> flags, Path objects) {
        Path object = objects.resolve(source.getFileName() + ".o");
        List<String> command = new ArrayList<>(COMMAND);
        command.addAll(flags);
        command.addAll(List.of("-c", source.toString(), "-o", object.toString()));
        run(command);
        return object;
    }

    private static void run(List<String> command) {
        try {
            output(new ProcessBuilder(command));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String output(ProcessBuilder command) throws IOException {
        Process process = command.redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes());
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(Text.format("%s ends with %d:%n%s", String.join(" ", command.command()), status, said));
            }
            return said;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
