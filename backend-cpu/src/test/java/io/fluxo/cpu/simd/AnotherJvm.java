package io.fluxo.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of the tests in a JVM of its own. */
final class AnotherJvm {

    private AnotherJvm() {}

    /** @return what it printed, by lines */
    static List<String> run(Class<?> main, List<String> options, String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("--add-modules=jdk.incubator.vector"));
        all.addAll(options);
        return runPlain(main, all, arguments);
    }

    /** The same with no option but {@code options}: as a program starts that does not know what the backends need. */
    static List<String> runPlain(Class<?> main, List<String> options, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output.lines().toList();
    }
}
