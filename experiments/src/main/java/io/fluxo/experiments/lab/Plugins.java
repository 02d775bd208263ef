package io.fluxo.experiments.lab;

import com.google.inject.ConfigurationException;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import com.google.inject.TypeLiteral;
import com.google.inject.spi.Element;
import com.google.inject.spi.Elements;
import com.google.inject.spi.Message;
import io.fluxo.backend.BackendProvider;
import io.fluxo.block.Placement;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.Blame;
import io.fluxo.layer.NormFactory;
import io.fluxo.model.Catalog;
import io.fluxo.plugin.FluxoPlugin;
import io.fluxo.text.Origin;
import io.fluxo.text.Text;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * What the plugins on the class path and in a folder of jars bring. A plugin that cannot be loaded is bad input; the message names its class and its jar.
 *
 * @param blame    names a plugin when something of it goes wrong later
 * @param warnings what lies in the folder and brings no plugin, a line each
 * @param jars     those of the folder
 */
record Plugins(Map<String, BackendProvider> backends, Map<String, Placement> placements, Map<String, NormFactory> norms, Blame blame, List<String> warnings, List<Path> jars) {

    /** @param folder jars of plugins, as given by {@code --plugins} */
    static Plugins wire(Optional<Path> folder) {
        ClassLoader program = Plugins.class.getClassLoader();
        PluginFolder found = folder.map(PluginFolder::read).orElseGet(() -> new PluginFolder(List.of(), List.of()));
        ClassLoader loader = found.jars().isEmpty() ? program : found.loader(program);
        List<FluxoPlugin> plugins = new ArrayList<>();
        ServiceLoader.load(FluxoPlugin.class, program).forEach(plugins::add);
        found.jars().forEach(jar -> jar.plugins().stream().filter(name -> plugins.stream().noneMatch(known -> known.getClass().getName().equals(name)))
                .map(name -> load(jar.file(), name, loader)).forEach(plugins::add));
        List<Element> elements = plugins.stream().flatMap(plugin -> elements(plugin).stream()).toList();
        requireDifferentNames(plugins);
        Injector injector = injector(plugins, elements);
        try {
            return new Plugins(injector.getInstance(Key.get(new TypeLiteral<Map<String, BackendProvider>>() { })),
                    injector.getInstance(Key.get(new TypeLiteral<Map<String, Placement>>() { })),
                    injector.getInstance(Key.get(new TypeLiteral<Map<String, NormFactory>>() { })), new Blame(loader), found.warnings(),
                    found.jars().stream().map(PluginFolder.Jar::file).toList());
        } catch (ProvisionException broken) {
            throw new BadInput("a plugin cannot be installed: " + said(broken.getErrorMessages()), broken);
        }
    }

    private static FluxoPlugin load(Path jar, String name, ClassLoader loader) {
        String what = Text.format("%s: the plugin %s", jar, name);
        try {
            Class<?> code = Class.forName(name, true, loader);
            if (!FluxoPlugin.class.isAssignableFrom(code)) {
                throw new BadInput(Text.format("%s does not extend %s", what, FluxoPlugin.class.getName()));
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

    /** What {@code plugin} contributes; asked once. */
    private static List<Element> elements(FluxoPlugin plugin) {
        try {
            List<Element> elements = Elements.getElements(Stage.DEVELOPMENT, plugin);
            List<Message> wrong = elements.stream().filter(Message.class::isInstance).map(Message.class::cast).toList();
            if (!wrong.isEmpty()) {
                throw failed(plugin, said(wrong), wrong.getFirst().getCause());
            }
            return elements;
        } catch (LinkageError | StackOverflowError | AssertionError broken) {
            throw failed(plugin, broken.toString(), broken);
        }
    }

    private static BadInput failed(FluxoPlugin plugin, String why, Throwable cause) {
        return new BadInput(Text.format("the plugin %s cannot be installed: %s", Origin.of(plugin.getClass()), why), cause);
    }

    /** One line for what Guice says over many. */
    private static String said(Collection<Message> messages) {
        return messages.stream().map(message -> message.getCause() != null ? message.getCause().toString() : message.getMessage().lines().findFirst().orElse(""))
                .distinct().collect(Collectors.joining("; "));
    }

    private static void requireDifferentNames(List<FluxoPlugin> plugins) {
        Map<String, String> owners = new HashMap<>();
        Catalog.STANDARD.placements().keySet().forEach(name -> owners.put(FluxoPlugin.called("placement", name), "Fluxo itself"));
        Catalog.STANDARD.norms().keySet().forEach(name -> owners.put(FluxoPlugin.called("norm", name), "Fluxo itself"));
        plugins.forEach(plugin -> plugin.brings().forEach(part -> {
            String own = Origin.of(plugin.getClass());
            String other = owners.putIfAbsent(part, own);
            if (other != null) {
                throw failed(plugin, Text.format("it brings the %s, which %s brings too", part, other.equals(own) ? "it" : other), null);
            }
        }));
    }

    private static Injector injector(List<FluxoPlugin> plugins, List<Element> elements) {
        try {
            return Guice.createInjector(Stage.DEVELOPMENT, Elements.getModule(elements));
        } catch (CreationException | ConfigurationException broken) {
            // whoever fails alone is to blame; where each works alone, it is how they go together
            Optional<FluxoPlugin> alone = plugins.stream().filter(plugin -> !worksAlone(plugin)).findFirst();
            String why = said(broken instanceof CreationException creation ? creation.getErrorMessages() : ((ConfigurationException) broken).getErrorMessages());
            throw alone.map(plugin -> failed(plugin, why, broken)).orElseGet(() -> new BadInput(Text.format("plugins cannot be installed together (%s): %s",
                    plugins.stream().map(plugin -> Origin.of(plugin.getClass())).collect(Collectors.joining(", ")), why), broken));
        }
    }

    private static boolean worksAlone(FluxoPlugin plugin) {
        try {
            Guice.createInjector(Stage.DEVELOPMENT, plugin);
            return true;
        } catch (CreationException broken) {
            return false;
        }
    }
}
