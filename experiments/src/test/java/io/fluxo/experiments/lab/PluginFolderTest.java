package io.fluxo.experiments.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.experiments.PluginJar;
import io.fluxo.experiments.cli.Cli;
import io.fluxo.experiments.cli.Terminal;
import io.fluxo.layer.norm.NoNorm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a folder of plugins is used, or named and said why not. */
class PluginFolderTest {

    @TempDir
    Path folder;

    private Path plugins;

    private record Ran(int status, String out, String err) {}

    @BeforeEach
    void makeFolder() throws IOException {
        plugins = Files.createDirectory(folder.resolve("plugins"));
    }

    private Ran schema() {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int status = new Cli(terminal, Laboratory::open).run("schema", "--plugins", plugins.toString());
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** A jar with a plugin that contributes {@code statements}. */
    private void jar(String jar, String name, String statements) {
        PluginJar.build(plugins.resolve(jar), folder, "example." + name, """
                package example;
                import io.fluxo.block.*;
                import io.fluxo.layer.*;
                import io.fluxo.layer.attention.*;
                import io.fluxo.layer.norm.*;
                public final class %s implements io.fluxo.plugin.FluxoPlugin {
                    @Override
                    public void contribute(io.fluxo.plugin.Contributions to) {
                        %s
                    }
                }
                """.formatted(name, statements));
    }

    private static String placement(String name) {
        return "to.add(io.fluxo.block.Placement.KIND, \"%s\", Placement.of(PreNormBlock::new, true));".formatted(name);
    }

    private void refused(String... parts) {
        Ran ran = schema();
        assertThat(ran.status).as(ran.err).isEqualTo(2);
        assertThat(ran.err).startsWith("fluxo: ").hasLineCount(1).contains(parts);
        assertThat(ran.out).isEmpty();
    }

    @Test
    void everyPluginIsFoundAndWhatIsNoneIsNamed() throws IOException {
        jar("b.jar", "Second", placement("second"));
        jar("a.jar", "First", placement("first") + "to.add(io.fluxo.layer.norm.NormFactory.KIND, \"plain\", (path, width, affine, eps) -> new NoNorm(path));");
        Files.writeString(plugins.resolve("README.md"), "what these are");
        Files.writeString(plugins.resolve(".DS_Store"), "");
        Files.createDirectory(plugins.resolve("old"));
        PluginJar.pack(Files.createDirectory(folder.resolve("nothing")), plugins.resolve("library.jar"));
        Ran ran = schema();
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.out).contains("\"first\"", "\"second\"", "\"plain\"");
        assertThat(ran.err.lines()).containsExactly("fluxo: %s is no .jar and brings no plugin".formatted(plugins.resolve("README.md")),
                "fluxo: %s brings no plugin, since it has no %s that names one; as a plugin's library it can be used".formatted(plugins.resolve("library.jar"), PluginJar.SERVICE),
                "fluxo: %s is no .jar and brings no plugin".formatted(plugins.resolve("old")));
    }

    @Test
    void aPluginFindsItsLibraryBesideIt() throws IOException {
        Path library = PluginJar.compile(Files.createDirectory(folder.resolve("library")), "example.Named", """
                package example;
                public final class Named {
                    public static String name() {
                        return "from-the-library";
                    }
                }
                """);
        PluginJar.pack(library, plugins.resolve("z-library.jar"));
        jar("a.jar", "User", "try { to.add(Placement.KIND, (String) Class.forName(\"example.Named\").getMethod(\"name\").invoke(null), Placement.of(PreNormBlock::new, true)); }"
                + " catch (ReflectiveOperationException missing) { throw new IllegalStateException(missing); }");
        Ran ran = schema();
        assertThat(ran.status).as(ran.err).isZero();
        assertThat(ran.out).contains("from-the-library");
    }

    @Test
    void aJarThatIsNoneIsRefused() throws IOException {
        Files.writeString(plugins.resolve("broken.jar"), "no zip");
        refused(plugins.resolve("broken.jar").toString(), "is no jar that can be read", "take it out of the folder");
    }

    @Test
    void aFolderThatIsCalledAJarIsRefused() throws IOException {
        Files.createDirectory(plugins.resolve("unpacked.jar"));
        refused(plugins.resolve("unpacked.jar") + ": is no file, though it is called .jar");
    }

    @Test
    void aPluginThatIsNotThereIsRefused() throws IOException {
        service("example.Absent");
        refused(plugins.resolve("x.jar") + ": the plugin example.Absent is named in META-INF/services, but there is no such class");
    }

    @Test
    void aClassThatIsNoPluginIsRefused() throws IOException {
        service("java.lang.String");
        refused(plugins.resolve("x.jar") + ": the plugin java.lang.String does not implement io.fluxo.plugin.FluxoPlugin");
    }

    private void service(String name) throws IOException {
        Path service = folder.resolve("packed").resolve(PluginJar.SERVICE);
        Files.createDirectories(service.getParent());
        Files.writeString(service, name);
        PluginJar.pack(folder.resolve("packed"), plugins.resolve("x.jar"));
    }

    @Test
    void aPluginThatCannotBeMadeIsRefused() {
        jar("x.jar", "Parts", "} public Parts() { throw new IllegalStateException(\"not today\");");
        refused(plugins.resolve("x.jar") + ": the plugin example.Parts cannot be made: its constructor threw java.lang.IllegalStateException: not today");
    }

    @Test
    void aPluginThatHidesItsConstructorIsRefused() {
        jar("x.jar", "Hidden", "} private Hidden() {");
        refused(plugins.resolve("x.jar") + ": the plugin example.Hidden is no public class with a public constructor without parameters");
    }

    @Test
    void aPluginThatThrowsWhileItContributesIsRefused() {
        jar("x.jar", "Thrower", "throw new UnsupportedOperationException(\"nothing to give\");");
        refused("the plugin example.Thrower of x.jar cannot be installed: java.lang.UnsupportedOperationException: nothing to give");
    }

    @Test
    void aPluginThatLacksAClassIsRefused() {
        jar("x.jar", "Lacking", "throw new NoClassDefFoundError(\"com/example/Missing\");");
        refused("the plugin example.Lacking of x.jar cannot be installed: java.lang.NoClassDefFoundError: com/example/Missing");
    }

    @Test
    void aPartWithoutAValueIsRefused() {
        jar("x.jar", "Nothing", "to.add(io.fluxo.block.Placement.KIND, \"nothing\", null);");
        refused("the plugin example.Nothing of x.jar cannot be installed: ", "a placement needs a name and may not be null; here are the name nothing and the placement null");
    }

    @Test
    void aNameThatTwoPluginsBringIsRefusedWithBoth() {
        jar("a.jar", "First", placement("same"));
        jar("b.jar", "Second", placement("same"));
        refused("the plugin example.Second of b.jar cannot be installed: it brings the placement 'same', which example.First of a.jar brings too");
    }

    @Test
    void aNameOfFluxosOwnIsRefused() {
        jar("a.jar", "First", placement("pre"));
        refused("the plugin example.First of a.jar cannot be installed: it brings the placement 'pre', which Fluxo itself brings too");
    }
}
