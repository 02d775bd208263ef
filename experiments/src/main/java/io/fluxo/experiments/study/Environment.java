package io.fluxo.experiments.study;

import io.fluxo.experiments.file.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.node.ObjectNode;

/** {@code environment.json}: with what a run was made, and what {@code --resume} has to do alike. */
public final class Environment {

    private Environment() {}

    /**
     * @param job      the command that made the run: {@code ablate} or {@code train}
     * @param command  as it was typed
     * @param again    what would make such a run once more
     * @param stack    the backend with its decorators, as it names itself
     * @param tasks    each task's description
     */
    public static ObjectNode describe(String job, String command, String again, BackendChoice backend, String stack, long seed,
                                      List<String> tasks) {
        ObjectNode root = Json.object();
        root.put("fluxo", version("fluxo"));
        root.put("job", job);
        root.put("command", command);
        root.put("again", again);
        root.put("seed", seed);
        ObjectNode device = root.putObject("backend");
        device.put("name", backend.name());
        device.put("stack", stack);
        device.set("dtype", Json.of(backend.dtype().orElse(null)));
        device.put("device", backend.device());
        device.put("threads", backend.threads());
        root.set("tasks", Json.of(tasks));
        ObjectNode java = root.putObject("java");
        java.put("version", Runtime.version().toString());
        java.put("vendor", System.getProperty("java.vendor", ""));
        java.put("vm", System.getProperty("java.vm.name", ""));
        java.put("max_heap_mb", Runtime.getRuntime().maxMemory() >> 20);
        ObjectNode os = root.putObject("os");
        os.put("name", System.getProperty("os.name", ""));
        os.put("version", System.getProperty("os.version", ""));
        os.put("arch", System.getProperty("os.arch", ""));
        os.put("processors", Runtime.getRuntime().availableProcessors());
        root.set("git_commit", Json.of(gitCommit(Optional.ofNullable(System.getProperty("fluxo.home")).map(Path::of)).orElse(null)));
        root.put("started", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return root;
    }

    /** The version of {@code name} that this build was made with. */
    public static String version(String name) {
        Properties versions = new Properties();
        try (InputStream in = Environment.class.getResourceAsStream("/io/fluxo/experiments/versions.properties")) {
            if (in != null) {
                versions.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions.getProperty(name, "unknown");
    }

    /**
     * The commit of Fluxo itself, wherever it is started: the launcher has built what lies in its folder. {@code -dirty} stands behind it if files
     * differ; empty where that folder is no repository, or without git.
     */
    static Optional<String> gitCommit(Optional<Path> home) {
        return home.filter(folder -> Files.exists(folder.resolve(".git"))).flatMap(folder -> git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"));
    }

    private static Optional<String> git(Path folder, String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        try {
            Process git = new ProcessBuilder(command).directory(folder.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).redirectInput(ProcessBuilder.Redirect.PIPE).start();
            git.getOutputStream().close();
            if (!git.waitFor(3, TimeUnit.SECONDS)) {
                git.destroyForcibly();
                return Optional.empty();
            }
            String output = new String(git.getInputStream().readNBytes(1 << 16), java.nio.charset.StandardCharsets.UTF_8).strip();
            return git.exitValue() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // no git here: the commit is a convenience, never a reason to fail
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
