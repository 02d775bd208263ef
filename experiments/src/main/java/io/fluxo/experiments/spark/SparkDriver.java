package io.fluxo.experiments.spark;

import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.study.run.RunStopped;
import io.fluxo.text.Text;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Spark's driver, a process of its own: Spark reads its environment, takes hold of its process's end, and logs as it likes; none of that is this program's.
 * Both speak in lines. To it: {@code KEY=VALUE} for each setting, an empty line, then {@code NUMBER ERRAND} as often as wanted; the end of the stream ends it.
 * From it: {@code ready SLOTS}, {@code answer NUMBER ANSWER}, {@code lost NUMBER WHY}, {@code waiting}, and {@code failed WHY} before it ends by itself.
 */
public final class SparkDriver implements AutoCloseable {

    private static final String MAIN = "io.fluxo.experiments.spark.inside.Driver";
    private static final long SECONDS_TO_END = 40;

    private final Process process;
    private final Writer to;
    private final Path log;
    private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private int slots;

    private SparkDriver(Process process, Path log) {
        this.process = process;
        this.to = process.outputWriter(StandardCharsets.UTF_8);
        this.log = log;
        Thread.ofPlatform().daemon().name("spark-driver").start(this::listen);
    }

    /** What the driver said of an errand. */
    sealed interface Said {

        int errand();

        /** @param text {@link Answer#line} */
        record Answered(int errand, String text) implements Said {}

        /** Spark gave it up. */
        record Lost(int errand, String why) implements Said {}
    }

    /** What it said of itself. */
    private sealed interface OfItself extends Said {

        @Override
        default int errand() {
            return -1;
        }
    }

    private record Ready(int slots) implements OfItself {}

    private record Failed(String why) implements OfItself {}

    private record Waiting() implements OfItself {}

    private record Ended() implements OfItself {}

    /**
     * Starts it.
     *
     * @param jars   Spark's
     * @param folder where its log goes, and those of executors on this machine
     * @throws BackendUnavailable if the master is one that does not answer
     */
    public static SparkDriver start(SparkSettings settings, List<Path> jars, Path folder) throws IOException {
        StandaloneMaster.requireOne(settings.master());
        Files.createDirectories(folder.resolve("jars")); // Spark's home has to have one
        List<String> own = jars.stream().map(Path::toString).toList();
        String adapter = adapter();
        List<String> arguments = ManagementFactory.getRuntimeMXBean().getInputArguments();
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(SparkSettings.executorOptions(arguments));
        command.addAll(List.of("-cp", String.join(File.pathSeparator, own) + File.pathSeparator + adapter, MAIN));
        Path log = folder.resolve("driver.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.to(log.toFile()));
        Map<String, String> environment = builder.environment();
        environment.put("SPARK_HOME", folder.toAbsolutePath().toString());
        environment.put("SPARK_SCALA_VERSION", "2.13");
        if (settings.ownProcesses()) {
            environment.put("SPARK_LOCAL_IP", "127.0.0.1");
        }
        SparkDriver driver = new SparkDriver(builder.start(), log);
        for (Map.Entry<String, String> setting : settings.all(own, adapter, fluxo(), arguments).entrySet()) {
            driver.tell(setting.getKey() + "=" + setting.getValue());
        }
        driver.tell("");
        return driver;
    }

    /** Where the classes lie that know Spark. */
    private static String adapter() {
        return Path.of(URI.create(SparkDriver.class.getProtectionDomain().getCodeSource().getLocation().toString())).toString();
    }

    private static List<String> fluxo() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(entry -> Path.of(entry).toAbsolutePath().toString()).toList();
    }

    /**
     * Waits until Spark has connected to its master.
     *
     * @return how many trials it can train at a time, as far as it knows
     * @throws BackendUnavailable if that fails
     * @throws BadInput           if there is no such master
     * @throws RunStopped         if it was {@linkplain #stop stopped} meanwhile
     */
    public int await() throws RunStopped, IOException, InterruptedException {
        while (slots == 0) {
            next(Long.MAX_VALUE, () -> { });
        }
        return slots;
    }

    void send(int number, Errand errand) throws RunStopped, IOException, InterruptedException {
        tell(number + " " + errand.line());
    }

    private void tell(String line) {
        try {
            to.write(line.replace("\n", " ") + "\n");
            to.flush();
        } catch (IOException gone) {
            // what it says, or its end, tells more
        }
    }

    /**
     * What is said next of an errand, within {@code milliseconds}; empty where nothing is.
     *
     * @param waiting called where there is no executor yet
     */
    Optional<Said> next(long milliseconds, Runnable waiting) throws RunStopped, IOException, InterruptedException {
        Said next = said.poll(milliseconds, TimeUnit.MILLISECONDS);
        return switch (next) {
            case null -> Optional.empty();
            case Ready ready -> {
                slots = ready.slots();
                yield Optional.empty();
            }
            case Waiting _ -> {
                waiting.run();
                yield Optional.empty();
            }
            case Failed(String why) -> throw ended(why);
            case Ended _ -> throw ended("its driver ended");
            default -> Optional.of(next);
        };
    }

    private RuntimeException ended(String why) throws RunStopped, InterruptedException {
        if (stopped.await(1, TimeUnit.SECONDS)) { // Ctrl-C ends both at once, in either order
            throw new RunStopped();
        }
        return why.contains("Could not parse Master URL") ? new BadInput(Text.format("--master: %s; Spark knows local[N], local-cluster[N,CORES,MB], spark://HOST:PORT, yarn and k8s://https://HOST:PORT", why))
                : new BackendUnavailable(Text.format("--engine spark: %s; Spark's log is %s", why, log));
    }

    /** Ends it from another thread: whoever waits for it gets {@link RunStopped}. */
    public void stop() {
        stopped.countDown();
        end();
    }

    private void end() {
        try {
            to.close();
        } catch (IOException gone) {
            // it has ended already
        }
    }

    private void listen() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                said.add(parse(line));
            }
        } catch (IOException broken) {
            // as if it had ended
        }
        said.add(new Ended());
    }

    private static Said parse(String line) {
        String[] words = line.split(" ", 3);
        return switch (words[0]) {
            case "ready" -> new Ready(Integer.parseInt(words[1]));
            case "answer" -> new Said.Answered(Integer.parseInt(words[1]), words[2]);
            case "lost" -> new Said.Lost(Integer.parseInt(words[1]), words[2]);
            case "waiting" -> new Waiting();
            default -> new Failed(line.replaceFirst("^failed ", ""));
        };
    }

    /** Ends it; executors are given the time to leave checkpoints. */
    @Override
    public void close() throws InterruptedException {
        end();
        if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }
}
