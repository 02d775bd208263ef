package io.fluxo.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in docs/examples is built into a jar, and its block is verified under its own name. */
class PluginExampleTest {

    private static final Path SOURCES = Path.of("../docs/examples/parallel-block/src");

    @TempDir
    Path folder;

    @Test
    void aBlockFromAJarIsVerifiedByItsName() throws IOException {
        Path plugins = Files.createDirectory(folder.resolve("plugins"));
        build(plugins.resolve("parallel-block.jar"));
        var ran = VerifyCommandTest.fluxo("verify", "--plugins", plugins.toString(), "--placement", "example-parallel", "--backend", "ejml", "--dtype",
                "f64");
        assertThat(ran.out() + ran.err()).contains("example-parallel", "theorem-1", "proved", "all as expected", "speaks of the post-norm block; example-parallel is of another design").doesNotContain("✗");
        assertThat(ran.status()).isZero();
        var unknown = VerifyCommandTest.fluxo("verify", "--plugins", plugins.toString(), "--placement", "example-paralel");
        assertThat(unknown.err()).contains("did you mean 'example-parallel'?");
    }

    private void build(Path jar) throws IOException {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> sources = files(SOURCES, ".java");
            assertThat(sources).isNotEmpty();
            List<String> options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
            assertThat(compiler.getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(sources)).call()).isTrue();
        }
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream packed = new JarOutputStream(out)) {
            for (Path root : List.of(classes, SOURCES)) {
                for (Path file : files(root, "")) {
                    if (!file.toString().endsWith(".java")) {
                        packed.putNextEntry(new JarEntry(root.relativize(file).toString().replace('\\', '/')));
                        packed.write(Files.readAllBytes(file));
                    }
                }
            }
        }
    }

    private static List<Path> files(Path root, String ending) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(Files::isRegularFile).filter(file -> file.toString().endsWith(ending)).toList();
        }
    }
}
