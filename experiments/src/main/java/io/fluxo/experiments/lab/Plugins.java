package io.fluxo.experiments.lab;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Blame;
import io.fluxo.experiments.task.TaskSpec;
import io.fluxo.plugin.Catalog;
import io.fluxo.plugin.Contributions.Contribution;
import io.fluxo.plugin.Contributions;
import io.fluxo.plugin.FluxoPlugin;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * What the plugins on the class path and in a folder of jars bring; Fluxo's own modules are plugins like others. A plugin that cannot be loaded is bad
 * input; the message names its class and its jar.
 *
 * @param blame    names a plugin when something of it goes wrong later
 * @param warnings what lies in the folder and brings no plugin, a line each
 * @param jars     those of the folder
 */
record Plugins(Catalog catalog, Blame blame, List<String> warnings, List<Path> jars) {

    /** @param folder jars of plugins, as given by {@code --plugins} */
    static Plugins find(Optional<Path> folder) {
        ClassLoader program = Plugins.class.getClassLoader();
        PluginFolder found = folder.map(PluginFolder::read).orElseGet(() -> new PluginFolder(List.of(), List.of()));
        ClassLoader loader = found.jars().isEmpty() ? program : found.loader(program);
        List<FluxoPlugin> plugins = new ArrayList<>();
        ServiceLoader.load(FluxoPlugin.class, program).forEach(plugins::add);
        found.jars().forEach(jar -> jar.plugins().stream().filter(name -> plugins.stream().noneMatch(known -> known.getClass().getName().equals(name)))
                .map(name -> load(jar.file(), name, loader)).forEach(plugins::add));
        return new Plugins(catalog(plugins, program), new Blame(loader), found.warnings(), found.jars().stream().map(PluginFolder.Jar::file).toList());
    }

    private static FluxoPlugin load(Path jar, String name, ClassLoader loader) {
        String what = Text.format("%s: the plugin %s", jar, name);
        try {
            Class<?> code = Class.forName(name, true, loader);
            if (!FluxoPlugin.class.isAssignableFrom(code)) {
                throw new BadInput(Text.format("%s does not implement %s", what, FluxoPlugin.class.getName()));
            }
            return (FluxoPlugin) code.getConstructor().newInstance();
        } catch (ClassNotFoundException missing) {
            throw new BadInput(Text.format("%s is named in META-INF/services, but there is no such class", what), missing);
        } catch (NoSuchMethodException | IllegalAccessException | InstantiationException hidden) {
            throw new BadInput(Text.format("%s is no public class with a public constructor without parameters", what), hidden);
        } catch (InvocationTargetException thrown) {
            throw new BadInput(Text.format("%s cannot be made: its constructor threw %s", what, thrown.getCause()), thrown);
        } catch (LinkageError | StackOverflowError broken) {
            throw new BadInput(Text.format("%s cannot be loaded: %s", what, broken), broken);
        }
    }

    /** What all of them bring; each is asked once. */
    private static Catalog catalog(List<FluxoPlugin> plugins, ClassLoader program) {
        Map<String, String> owners = new HashMap<>();
        List<Contribution<?>> all = new ArrayList<>();
        for (FluxoPlugin plugin : plugins) {
            String own = plugin.getClass().getClassLoader() == program ? "Fluxo itself" : Origin.of(plugin.getClass());
            for (Contribution<?> part : contributions(plugin)) {
                String other = owners.putIfAbsent(part.called(), own);
                if (other != null) {
                    throw failed(plugin, Text.format("it brings the %s, which %s brings too", part.called(), other.equals(own) ? "it" : other), null);
                }
                all.add(part);
            }
            requireSharedKeys(plugin, Catalog.of().plus(all));
        }
        return Catalog.of().plus(all);
    }

    /** Tasks may share keys, and then declare them alike. */
    private static void requireSharedKeys(FluxoPlugin plugin, Catalog until) {
        try {
            TaskSpec.of(until);
        } catch (IllegalArgumentException differs) {
            throw failed(plugin, differs.getMessage(), differs);
        }
    }

    private static List<Contribution<?>> contributions(FluxoPlugin plugin) {
        try {
            return Contributions.of(plugin);
        } catch (OutOfMemoryError noFault) {
            throw noFault; // of the machine, not of the plugin
        } catch (RuntimeException | Error broken) {
            throw failed(plugin, Blame.said(broken), broken);
        }
    }

    private static BadInput failed(FluxoPlugin plugin, String why, Throwable cause) {
        return new BadInput(Text.format("the plugin %s cannot be installed: %s", Origin.of(plugin.getClass()), why), cause);
    }
}
