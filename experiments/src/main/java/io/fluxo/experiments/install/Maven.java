package io.fluxo.experiments.install;

import io.fluxo.cuda.natives.Download;
import io.fluxo.text.Text;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Fetches a download through Maven, under the profile of their name in {@code backend-cuda/natives/pom.xml}.
 *
 * @param home    Fluxo's own folder
 * @param command Maven's launcher
 */
public record Maven(Path home, String command) {

    private static final String POM = "backend-cuda/natives/pom.xml";

    /** The Maven on the PATH, or the wrapper that comes with Fluxo. */
    static Maven of(Path home) {
        String path = System.getenv().getOrDefault("PATH", "");
        return new Maven(home, Arrays.stream(path.split(File.pathSeparator)).filter(folder -> !folder.isEmpty()).map(folder -> Path.of(folder, "mvn"))
                .filter(Files::isExecutable).findFirst().orElse(home.resolve("mvnw")).toString());
    }

    /**
     * Downloads what is missing and writes the class path.
     *
     * @param file where the jars are named
     * @throws UncheckedIOException if Maven fails; the message is its own
     */
    void resolve(Download download, String platform, Path file) throws InterruptedException {
        ProcessBuilder maven = new ProcessBuilder(List.of(command, "-q", "-B", "-ntp", "-f", home.resolve(POM).toString(), "-P", download.label(),
                "-Dnatives.platform=" + platform, "-Djavacpp.platform=" + platform, "dependency:build-classpath", "-DincludeScope=runtime",
                "-Dmdep.outputFile=" + file)).redirectErrorStream(true);
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        maven.environment().merge("MAVEN_OPTS", "--sun-misc-unsafe-memory-access=allow", (given, ours) -> given + " " + ours);
        try {
            Process process = maven.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0 || !Files.exists(file)) {
                throw new IOException(Text.format("Maven cannot fetch %s: %s", download.label(), firstError(output)));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure.getMessage(), failure);
        }
    }

    private static String firstError(String output) {
        String plain = output.replaceAll("\u001B\\[[0-9;]*m", "");
        return plain.lines().filter(line -> line.startsWith("[ERROR]")).map(line -> line.substring("[ERROR]".length()).strip()).findFirst()
                .orElse(plain.lines().filter(line -> !line.isBlank()).findFirst().orElse("no message"));
    }
}
