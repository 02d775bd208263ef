package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in docs/examples is built by the commands of its README, and its block is verified under its own name. */
class PluginExampleTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path EXAMPLE = Path.of("docs/examples/parallel-block");

    /** Stands for the repository's root. */
    @TempDir
    Path folder;

    @Test
    void aBlockFromAJarIsVerifiedByItsName() throws IOException, InterruptedException {
        layOut();
        shell(firstCommands(Files.readString(folder.resolve(EXAMPLE).resolve("README.md"))));
        String plugins = folder.resolve("plugins").toString();
        var ran = VerifyCommandTest.fluxo("verify", "--plugins", plugins, "--placement", "example-parallel", "--backend", "ejml", "--dtype", "f64");
        assertThat(ran.out() + ran.err()).contains("example-parallel", "theorem-1", "proved", "all as expected", "speaks of the post-norm block; example-parallel is of another design").doesNotContain("✗");
        assertThat(ran.status()).isZero();
        var unknown = VerifyCommandTest.fluxo("verify", "--plugins", plugins, "--placement", "example-paralel");
        assertThat(unknown.err()).contains("did you mean 'example-parallel'?");
        Path study = Files.writeString(folder.resolve("residual.yaml"), """
                task: {kind: markov, states: 5}
                model: {placement: example-parallel}
                vary: {model.residual: [identity, none]}
                """);
        var varied = VerifyCommandTest.fluxo("ablate", study.toString(), "--plugins", plugins, "--dry-run");
        assertThat(varied.err()).contains("residual.yaml:3", "placement example-parallel adds what its sub-layers return as it is: residual must be identity");
        assertThat(varied.status()).isEqualTo(2);
    }

    /** The sources, the launcher, and what a build of Fluxo leaves in experiments/target/lib. */
    private void layOut() throws IOException {
        try (Stream<Path> walk = Files.walk(ROOT.resolve(EXAMPLE).resolve("src"))) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                copy(file);
            }
        }
        copy(ROOT.resolve(EXAMPLE).resolve("README.md"));
        Path launcher = Files.writeString(folder.resolve("fluxo"), "#!/bin/sh\nexec '" + ROOT.resolve("fluxo") + "' \"$@\"\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toUri().toString()).collect(Collectors.joining(" ")));
        try (OutputStream out = Files.newOutputStream(Files.createDirectories(folder.resolve("experiments/target/lib")).resolve("all.jar"))) {
            new JarOutputStream(out, manifest).close();
        }
    }

    private void copy(Path file) throws IOException {
        Path to = folder.resolve(ROOT.relativize(file).toString());
        Files.createDirectories(to.getParent());
        Files.copy(file, to);
    }

    /** The first indented lines of a text. */
    private static String firstCommands(String markdown) {
        String commands = markdown.lines().dropWhile(line -> !line.startsWith("    ")).takeWhile(line -> line.startsWith("    ")).map(String::strip)
                .collect(Collectors.joining("\n"));
        assertThat(commands).contains("javac", "plugins/parallel-block.jar");
        return commands;
    }

    private void shell(String commands) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-euc", commands).directory(folder.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).isEmpty();
    }
}
