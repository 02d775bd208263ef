package io.fluxo.experiments.study.run;

import io.fluxo.experiments.file.Json;
import io.fluxo.experiments.study.plan.StudyTrials;
import io.fluxo.text.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code environment.json}: how a run was made, and what {@code --resume} has to repeat. */
public final class Environment {

    private Environment() {}

    /**
     * The command that made a run.
     *
     * @param job     {@code ablate} or {@code train}
     * @param command as it was typed
     * @param again   what can be typed to make another such run
     * @param options the study's keys that it gave, in place of what is written
     */
    public record Call(String job, String command, String again, List<String> options) {}

    /**
     * A build of Fluxo.
     *
     * @param commit  with {@code -dirty} after it if files differ; empty where it is not known
     * @param sources a checksum of what was built, as the launcher says it
     */
    public record Build(String version, Optional<String> commit, Optional<String> sources) {

        /** This one. */
        public static Build current() {
            return new Build(Environment.version("fluxo"), gitCommit(home()), Optional.ofNullable(System.getProperty("fluxo.sources")));
        }

        /** The one that began the run which {@code environment} describes. */
        public static Build of(JsonNode environment) {
            return new Build(environment.path("fluxo").asString("unknown"), text(environment, "git_commit"), text(environment, "sources"));
        }

        private static Optional<String> text(JsonNode environment, String key) {
            return Optional.of(environment.path(key).asString("")).filter(text -> !text.isEmpty());
        }

        /** Whether the two are known to differ. Two states of a folder may share a commit, and a state may have none. */
        public boolean differs(Build other) {
            if (sources.isPresent() && other.sources.isPresent()) {
                return !sources.equals(other.sources);
            }
            return !version.equals(other.version) || commit.isPresent() && other.commit.isPresent() && !commit.equals(other.commit);
        }

        @Override
        public String toString() {
            String known = Stream.of(commit.map(hash -> "commit " + hash.replaceFirst("^([0-9a-f]{12})[0-9a-f]+", "$1")), sources.map(sum -> "sources " + sum))
                    .flatMap(Optional::stream).collect(Collectors.joining(", "));
            return version + (known.isEmpty() ? "" : Text.format(" (%s)", known));
        }
    }

    /**
     * @param stack   the backend with its decorators, as it names itself
     * @param plugins jar → SHA-256 of its content
     */
    public static ObjectNode describe(Call call, BackendChoice backend, String stack, StudyTrials trials, Map<String, String> plugins) {
        ObjectNode root = Json.object();
        root.put("fluxo", version("fluxo"));
        root.put("job", call.job());
        root.put("command", call.command());
        root.put("again", call.again());
        root.set("options", Json.of(call.options()));
        root.put("seed", trials.seed());
        ObjectNode device = root.putObject("backend");
        device.put("name", backend.name());
        device.put("stack", stack);
        device.set("dtype", Json.of(backend.dtype().orElse(null)));
        device.put("device", backend.device());
        device.put("threads", backend.threads());
        root.set("tasks", tasks(trials));
        root.set("inputs", trials.inputs().json());
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
        Build build = Build.current();
        root.set("git_commit", Json.of(build.commit().orElse(null)));
        root.set("sources", Json.of(build.sources().orElse(null)));
        root.set("plugins", Json.of(plugins));
        root.put("started", now());
        return root;
    }

    /** Each task's description. */
    public static JsonNode tasks(StudyTrials trials) {
        return Json.of(trials.all().stream().map(trial -> trial.task().describe()).distinct().toList());
    }

    /**
     * Writes into {@code environment} that {@code call} went on with the run.
     *
     * @param changed keys of the study by which it is judged otherwise than before
     */
    public static void continued(ObjectNode environment, Call call, Build build, List<String> changed) {
        ArrayNode parts = environment.path("continued") instanceof ArrayNode before ? before : environment.putArray("continued");
        ObjectNode part = parts.addObject().put("fluxo", build.version());
        part.set("git_commit", Json.of(build.commit().orElse(null)));
        part.set("sources", Json.of(build.sources().orElse(null)));
        part.put("command", call.command()).put("started", now());
        if (!changed.isEmpty()) {
            part.set("changed", Json.of(changed));
        }
    }

    /** The same of a call that went on to more steps: what can be typed to make another such run asks for them at once. */
    public static void lengthened(ObjectNode environment, Call call, Build build, int steps) {
        continued(environment, call, build, List.of());
        environment.put("again", environment.path("again").asString("").replaceAll(" --steps[ =][0-9]+", "") + " --steps " + steps);
        environment.set("options", Json.of(call.options()));
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
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

    /** Fluxo's own folder, where the launcher says it. */
    private static Optional<Path> home() {
        return Optional.ofNullable(System.getProperty("fluxo.home")).map(Path::of);
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
