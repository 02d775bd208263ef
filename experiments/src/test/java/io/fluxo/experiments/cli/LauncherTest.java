package io.fluxo.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a checkout of a few files, with a JDK and a Maven that only tell what they were asked. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    private static final Path LAUNCHER = Path.of("..", "fluxo");

    /** Tells its arguments and the locale; 9 where standard output cannot be written, 8 where a stream is closed, so that a file would take its number. */
    private static final String JAVA = """
            #!/usr/bin/env bash
            { : <&0 && : <&1; } || exit 8
            printf '%s\\n' "$@" "LC_ALL=${LC_ALL:-}" || exit 9
            """;

    private static final String MAVEN = """
            #!/usr/bin/env bash
            echo "[INFO] Scanning for projects..."
            for n in $(seq 25); do echo "[INFO] Downloaded from central: https://somewhere/$n.jar (1 kB at 2 kB/s)"; done
            echo "[INFO] Building Fluxo core: the language 0.1.0-SNAPSHOT                [2/5]"
            grep -q broken core/src/main/Core.java && { echo "[ERROR] Core.java:[1] it is broken"; exit 1; }
            echo "$@" >>built.log
            touch experiments/target/fluxo-experiments.jar
            """;

    @TempDir
    Path folder;

    private Path home;

    private record Ran(int status, String out, String err) {}

    @BeforeEach
    void makeCheckout() throws Exception {
        assumeTrue(Files.isRegularFile(LAUNCHER), "the launcher is not beside the module");
        assumeTrue(run(Map.of(), folder, "bash", "-c", "true").status == 0, "no bash");
        home = checkout("a checkout");
        script(folder.resolve("jdk/bin/java"), JAVA);
        script(folder.resolve("jdk/bin/javac"), JAVA);
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25.0.1\"\n");
        script(folder.resolve("bin/mvn"), MAVEN);
    }

    private Path checkout(String name) throws IOException {
        Path made = Files.createDirectories(folder.resolve(name));
        script(made.resolve("fluxo"), Files.readString(LAUNCHER));
        Files.createDirectories(made.resolve("experiments/src/main"));
        Files.createDirectories(made.resolve("core/src/main"));
        for (String file : List.of("pom.xml", "core/pom.xml", "experiments/pom.xml", "core/src/main/Core.java", "experiments/src/main/Main.java")) {
            Files.writeString(made.resolve(file), file);
        }
        return made;
    }

    @Test
    void buildsOnceAndSaysWhatItDoes() throws Exception {
        Ran first = fluxo("backends", "a b");
        assertThat(first.status).as(first.err).isZero();
        assertThat(first.out).as("standard output is the program's").startsWith("--add-modules").contains("backends\na b\n");
        assertThat(first.err).contains("fluxo: building (once", "fluxo:   25 files fetched", "fluxo:   2/5  Fluxo core: the language 0.1.0-SNAPSHOT", "fluxo: built in")
                .doesNotContain("\u001b", "[INFO]");
        assertThat(home.resolve("built.log")).content().contains("-B -Dstyle.color=never -DskipTests package");
        Ran second = fluxo("backends");
        assertThat(second.err).isEmpty();
        assertThat(second.status).isZero();
    }

    @Test
    void theSourcesDecideWhetherItIsBuilt() throws Exception {
        fluxo("backends");
        FileTime now = FileTime.fromMillis(System.currentTimeMillis() + 100_000);
        Files.setLastModifiedTime(home.resolve("core/src/main/Core.java"), now); // a copy
        Files.setLastModifiedTime(home.resolve("pom.xml"), now);
        assertThat(fluxo("backends").err).isEmpty();

        Files.writeString(home.resolve("core/src/main/Core.java"), "changed");
        Files.setLastModifiedTime(home.resolve("core/src/main/Core.java"), FileTime.fromMillis(0)); // out of an archive
        assertThat(fluxo("backends").err).contains("building");
        assertThat(fluxo("backends").err).isEmpty();
        Files.delete(home.resolve("experiments/src/main/Main.java"));
        assertThat(fluxo("backends").err).contains("building");
        Files.delete(home.resolve("experiments/target/fluxo-experiments.jar"));
        assertThat(fluxo("backends").err).contains("building");
    }

    @Test
    void aBuildThatFailsIsSaid() throws Exception {
        Files.writeString(home.resolve("core/src/main/Core.java"), "broken");
        Ran broken = fluxo("backends");
        assertThat(broken.status).isEqualTo(1);
        assertThat(broken.out).isEmpty();
        assertThat(broken.err).contains("[ERROR] Core.java:[1] it is broken", "fluxo: the build failed");
        assertThat(fluxo("backends").status).as("it is not taken for built").isEqualTo(1);
    }

    @Test
    void whatCannotBeBuiltIsSaid() throws Exception {
        Files.writeString(home.resolve("experiments/target"), "in the way");
        Ran refused = fluxo("backends");
        assertThat(refused.status).isEqualTo(1);
        assertThat(refused.err).startsWith("fluxo: it is not built from these sources yet, and cannot be: ").hasLineCount(1);
    }

    @Test
    void startsWithoutAHome() throws Exception {
        Ran ran = run(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), home, "env", "-u", "HOME", "./fluxo", "backends");
        assertThat(ran.status).as(ran.err).isZero();
    }

    @ParameterizedTest
    @CsvSource({"C, C.UTF-8", "POSIX, C.UTF-8", "'', C.UTF-8", "C.UTF-8, C.UTF-8", "en_US.UTF-8-that-is-not-installed, C.UTF-8"})
    void fileNamesAreReadInUtf8WhereTheLocaleKnowsOnlyAscii(String locale, String seen) throws Exception {
        Ran ran = run(Map.of("JAVA_HOME", folder.resolve("jdk").toString(), "LC_ALL", locale, "LANG", ""), home, "./fluxo", "backends");
        assertThat(ran.out).contains("\nLC_ALL=" + seen + "\n");
    }

    @ParameterizedTest
    @CsvSource({"JAVA_TOOL_OPTIONS, -XX:+UseG1GC", "JDK_JAVA_OPTIONS, -Xmx2g -XX:+UseSerialGC", "_JAVA_OPTIONS, -XX:+UseZGC -Xmx2g"})
    void aCollectorThatTheUserAsksForStands(String variable, String options) throws Exception {
        assertThat(fluxo("backends").out).contains("-XX:+UseParallelGC\n");
        Ran ran = run(Map.of("JAVA_HOME", folder.resolve("jdk").toString(), variable, options), home, "./fluxo", "backends");
        assertThat(ran.status).isZero();
        assertThat(ran.out).doesNotContain("-XX:+Use" + "ParallelGC").contains("-XX:+UseTransparentHugePages");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:b", "b!"})
    void aPathThatJavaCannotTakeIsRefusedFirst(String name) throws Exception {
        home = checkout(name);
        Ran ran = fluxo("backends");
        assertThat(ran.status).isEqualTo(2);
        assertThat(ran.err).startsWith("fluxo: ").contains(name + ": Java cannot run from a path with '").hasLineCount(1);
        assertThat(home.resolve("experiments/target")).doesNotExist();
    }

    @Test
    void messagesNameItAsItWasTyped() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.createSymbolicLink(folder.resolve("bin/fluxo"), home.resolve("fluxo"));
        Map<String, String> environment = Map.of("JAVA_HOME", folder.resolve("jdk").toString(), "PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        assertThat(run(environment, home, "./fluxo", "x").out).contains("-Dfluxo.command=./fluxo\n");
        assertThat(run(environment, elsewhere, "../a checkout/fluxo", "x").out).contains("-Dfluxo.command=../a checkout/fluxo\n");
        assertThat(run(environment, elsewhere, "env", "fluxo", "x").out).contains("-Dfluxo.command=fluxo\n").contains("-Dfluxo.home=" + home.toRealPath() + "\n");
        assertThat(run(environment, home, "bash", "fluxo", "x").out).contains("-Dfluxo.command=./fluxo\n");
    }

    @Test
    void noStreamIsATerminalHere() throws Exception {
        assertThat(fluxo("backends").out).contains("-Dfluxo.columns.out=0\n", "-Dfluxo.columns.err=0\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {">&-", "<&- >&-", ">/dev/full"})
    void aClosedStandardOutputFailsLikeAFullOne(String how) throws Exception {
        fluxo("backends");
        Ran ran = run(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), home, "bash", "-c", "./fluxo backends " + how);
        assertThat(ran.status).as("the program itself was started, and saw it").isEqualTo(9);
    }

    @Test
    void otherClosedStreamsDoNotMatter() throws Exception {
        fluxo("backends");
        Ran ran = run(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), home, "bash", "-c", "./fluxo backends <&- 2>&-");
        assertThat(ran.status).isZero();
        assertThat(ran.out).contains("backends\n");
    }

    private Ran fluxo(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("./fluxo"));
        command.addAll(List.of(arguments));
        return run(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), home, command.toArray(String[]::new));
    }

    private Ran run(Map<String, String> environment, Path at, String... command) throws Exception {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command).directory(at.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "COLUMNS").forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
