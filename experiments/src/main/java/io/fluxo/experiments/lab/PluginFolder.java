package io.fluxo.experiments.lab;

import io.fluxo.experiments.BadInput;
import io.fluxo.plugin.FluxoPlugin;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * A folder of plugins, looked through before anything of it is loaded. Its jars share one class loader, so that a plugin finds its libraries beside it.
 *
 * @param jars     in the order of their names
 * @param warnings what lies in the folder and brings no plugin, a line each
 */
record PluginFolder(List<Jar> jars, List<String> warnings) {

    private static final String SERVICE = "META-INF/services/" + FluxoPlugin.class.getName();

    /**
     * One jar.
     *
     * @param plugins the classes that it says are plugins
     */
    record Jar(Path file, List<String> plugins) {}

    /** @throws BadInput where there is no such folder, or a jar in it cannot be read */
    static PluginFolder read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new BadInput(Text.format("--plugins %s: there is no such folder", folder));
        }
        List<Jar> jars = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (Path file : visible(folder)) {
            if (!file.toString().endsWith(".jar")) {
                warnings.add(Text.format("%s is no .jar and brings no plugin", file));
                continue;
            }
            Jar jar = jar(file);
            if (jar.plugins().isEmpty()) {
                warnings.add(Text.format("%s brings no plugin, since it has no %s that names one; as a plugin's library it can be used", file, SERVICE));
            }
            jars.add(jar);
        }
        return new PluginFolder(jars, warnings);
    }

    private static List<Path> visible(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith(".")).sorted().toList();
        } catch (IOException unreadable) {
            throw new BadInput(Text.format("--plugins %s: cannot be read: %s", folder, unreadable), unreadable);
        }
    }

    private static Jar jar(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new BadInput(Text.format("%s: is no file, though it is called .jar", file));
        }
        try (JarFile jar = new JarFile(file.toFile())) {
            ZipEntry service = jar.getEntry(SERVICE);
            String text = service == null ? "" : new String(jar.getInputStream(service).readAllBytes(), StandardCharsets.UTF_8);
            return new Jar(file, text.lines().map(line -> line.replaceFirst("#.*", "").strip()).filter(name -> !name.isEmpty()).distinct().toList());
        } catch (IOException | SecurityException broken) {
            throw new BadInput(Text.format("%s: is no jar that can be read (%s): build it again, or take it out of the folder", file, broken.getMessage()), broken);
        }
    }

    ClassLoader loader(ClassLoader parent) {
        return new URLClassLoader("plugins", jars.stream().map(jar -> url(jar.file())).toArray(URL[]::new), parent);
    }

    private static URL url(Path file) {
        try {
            return file.toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new UncheckedIOException(impossible); // every path has one
        }
    }
}
