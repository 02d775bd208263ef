package io.fluxo.experiments.lab;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import io.fluxo.experiments.BadInput;
import io.fluxo.plugin.FluxoPlugin;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds plugins on the class path and in a folder of jars, and wires what they bring. */
final class Plugins {

    private Plugins() {}

    /** @param folder jars of plugins, as given by {@code --plugins} */
    static Injector wire(Optional<Path> folder) {
        ClassLoader loader = folder.map(Plugins::jars).orElseGet(Plugins.class::getClassLoader);
        try {
            List<FluxoPlugin> plugins = new ArrayList<>();
            ServiceLoader.load(FluxoPlugin.class, loader).forEach(plugins::add);
            return Guice.createInjector(Stage.DEVELOPMENT, plugins);
        } catch (ServiceConfigurationError | CreationException broken) {
            throw new BadInput(Text.format("a plugin cannot be loaded%s: %s", folder.map(path -> " from " + path).orElse(""),
                    broken.getMessage().lines().findFirst().orElse("")), broken);
        }
    }

    private static ClassLoader jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new BadInput(Text.format("--plugins %s: there is no such folder", folder));
        }
        List<URL> urls = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : found) {
                urls.add(jar.toUri().toURL());
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(Text.format("--plugins %s cannot be read", folder), unreadable);
        }
        urls.sort((a, b) -> a.toString().compareTo(b.toString()));
        return new URLClassLoader(urls.toArray(URL[]::new), Plugins.class.getClassLoader());
    }
}
