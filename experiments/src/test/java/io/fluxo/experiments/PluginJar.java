package io.fluxo.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.plugin.FluxoPlugin;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** Jars of plugins, built as a plugin's author builds them. */
public final class PluginJar {

    public static final String SERVICE = "META-INF/services/" + FluxoPlugin.class.getName();

    public static final Path EXAMPLES = Path.of("../docs/examples");

    private PluginJar() {}

    /** Compiles {@code source} and packs it, as a plugin of the class {@code name}. */
    public static void build(Path jar, Path folder, String name, String source) {
        build(jar, folder, name, Map.of(name, source));
    }

    /**
     * Compiles classes and packs them, as a plugin of the class {@code name}.
     *
     * @param folder  where they are compiled; not the one the jar lies in
     * @param sources a class's full name → its text
     */
    public static void build(Path jar, Path folder, String name, Map<String, String> sources) {
        try {
            Path classes = compile(Files.createTempDirectory(folder, "plugin"), sources);
            Path service = Files.createDirectories(classes.resolve("META-INF/services")).resolve(FluxoPlugin.class.getName());
            Files.writeString(service, "# a comment, as they may stand there\n" + name + "  # and another\n");
            pack(classes, jar);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Builds an example of {@code docs/examples}.
     *
     * @param folder  where it is compiled; not the one the jar lies in
     * @param example its folder's name
     */
    public static void buildExample(Path jar, Path folder, String example) throws IOException {
        Path source = EXAMPLES.resolve(example).resolve("src");
        Map<String, String> classes = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(source.resolve("example"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                classes.put(source.relativize(file).toString().replace('/', '.').replaceFirst("\\.java$", ""), Files.readString(file));
            }
        }
        build(jar, folder, Files.readString(source.resolve(SERVICE)).strip(), classes);
    }

    /** @return where the classes are */
    public static Path compile(Path folder, String name, String source) throws IOException {
        return compile(folder, Map.of(name, source));
    }

    private static Path compile(Path folder, Map<String, String> sources) throws IOException {
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, String> source : sources.entrySet()) {
            String file = source.getKey().substring(source.getKey().lastIndexOf('.') + 1) + ".java";
            written.add(Files.writeString(folder.resolve(file), source.getValue(), StandardCharsets.UTF_8));
        }
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
            assertThat(compiler.getTask(null, files, said, options, null, files.getJavaFileObjectsFromPaths(written)).call()).as(() -> said.getDiagnostics().toString())
                    .isTrue();
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
