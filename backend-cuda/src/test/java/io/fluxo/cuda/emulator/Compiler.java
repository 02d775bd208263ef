package io.fluxo.cuda.emulator;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.text.Text;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The C++ compiler of this machine; where there is none, tests that need it are skipped.
 *
 * @param version what it says about itself: what different compilers make is kept apart
 */
record Compiler(String version) {

    private static final List<String> COMMAND = List.of("g++", "-std=c++17", "-Wall", "-Wextra", "-fPIC", "-fvisibility=hidden");

    /** Skips the test where there is no compiler. */
    static Compiler ofThisMachine() {
        try {
            return new Compiler(Command.run(List.of("g++", "--version")).requireSuccess());
        } catch (IOException absent) {
            assumeTrue(false, "the CUDA emulator needs a C++ compiler: " + absent.getMessage());
            throw new IllegalStateException(absent);
        }
    }

    /** Compiles sources side by side. */
    List<Path> objects(List<Path> sources, List<String> flags, Path folder) {
        return sources.parallelStream().map(source -> {
            Path object = folder.resolve(source.getFileName() + ".o");
            run(flags, List.of("-c", source.toString(), "-o", object.toString()));
            return object;
        }).toList();
    }

    void link(List<Path> objects, List<String> flags, Path result) {
        run(flags, Stream.concat(objects.stream().map(Path::toString), Stream.of("-o", result.toString(), "-lpthread", "-ldl")).toList());
    }

    private static void run(List<String> flags, List<String> files) {
        try {
            Command.run(Stream.of(COMMAND, flags, files).flatMap(List::stream).toList()).requireSuccess();
        } catch (IOException impossible) {
            throw new IllegalStateException(Text.format("g++ has gone"), impossible);
        }
    }
}
