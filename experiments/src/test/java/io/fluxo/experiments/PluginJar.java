package io.fluxo.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.plugin.FluxoPlugin;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds a plugin's jar out of source text, as a third party would. */
public final class PluginJar {

    private PluginJar() {}

    /**
     * @param sources file name ({@code copied/MyBlock.java}) → its text
     * @param plugin  the plugin's class: {@code copied.MyPlugin}
     * @param scratch a folder for classes
     */
    public static void build(Path jar, Map<String, String> sources, String plugin, Path scratch) throws IOException {
        Path classes = Files.createDirectories(scratch);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> units = sources.entrySet().stream().<JavaFileObject>map(entry -> new Source(entry.getKey(), entry.getValue())).toList();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            assertThat(compiler.getTask(null, files, null, options, null, units).call()).as("compiles").isTrue();
        }
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream packed = new JarOutputStream(out); Stream<Path> walk = Files.walk(classes)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                packed.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                packed.write(Files.readAllBytes(file));
            }
            packed.putNextEntry(new JarEntry("META-INF/services/" + FluxoPlugin.class.getName()));
            packed.write(plugin.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String name, String text) {
            super(URI.create("memory:///" + name), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
