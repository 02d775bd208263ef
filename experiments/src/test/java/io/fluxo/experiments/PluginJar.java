package io.fluxo.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.plugin.FluxoPlugin;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Jars of plugins, built as a plugin's author builds them. */
public final class PluginJar {

    public static final String SERVICE = "META-INF/services/" + FluxoPlugin.class.getName();

    private PluginJar() {}

    /**
     * Compiles {@code source} and packs it, as a plugin of the class {@code name}.
     *
     * @param folder where it is compiled; not the one the jar lies in
     */
    public static void build(Path jar, Path folder, String name, String source) {
        try {
            Path classes = compile(Files.createTempDirectory(folder, "plugin"), name, source);
            Path service = Files.createDirectories(classes.resolve("META-INF/services")).resolve(FluxoPlugin.class.getName());
            Files.writeString(service, "# a comment, as they may stand there\n" + name + "  # and another\n");
            pack(classes, jar);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** @return where the classes are */
    public static Path compile(Path folder, String name, String source) throws IOException {
        Path file = Files.writeString(folder.resolve(name.substring(name.lastIndexOf('.') + 1) + ".java"), source, StandardCharsets.UTF_8);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            assertThat(compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(file)).call()).isTrue();
        }
        return classes;
    }

    /** All files below {@code root}. */
    public static void pack(Path root, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream packed = new JarOutputStream(out); Stream<Path> walk = Files.walk(root)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                packed.putNextEntry(new JarEntry(root.relativize(file).toString().replace('\\', '/')));
                packed.write(Files.readAllBytes(file));
            }
        }
    }
}
