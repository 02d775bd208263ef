package io.fluxo.experiments.spark;

import io.fluxo.experiments.BadInput;
import io.fluxo.text.Text;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How Spark is asked to work.
 *
 * @param master  a URL that Spark knows
 * @param given   settings of the user's
 * @param threads for each trial
 */
public record SparkSettings(String master, Map<String, String> given, int threads) {

    private static final String CLASS_PATH = "spark.executor.extraClassPath";
    private static final String JVM_OPTIONS = "spark.executor.extraJavaOptions";

    /** A trial is not run twice at a time, and one task is one trial. */
    private static final Map<String, String> FIXED = Map.of("spark.speculation", "false", "spark.ui.showConsoleProgress", "false");
    private static final Set<String> OWN = Set.of("spark.master", "spark.app.name", "spark.task.cpus", "spark.speculation", "spark.ui.showConsoleProgress",
            "spark.fluxo.classpath");

    /** @throws BadInput if {@code given} has a setting that is none of Spark's, or that Fluxo makes itself */
    public SparkSettings {
        for (String key : given.keySet()) {
            if (!key.startsWith("spark.")) {
                throw new BadInput(Text.format("--spark %s: Spark's settings are called spark.…", key));
            }
            if (OWN.contains(key)) {
                throw new BadInput(Text.format("--spark %s: %s", key, switch (key) {
                    case "spark.master" -> "give it by --master";
                    case "spark.task.cpus" -> "give it by --threads";
                    default -> "Fluxo makes this setting itself; leave it out";
                }));
            }
        }
    }

    /**
     * Everything that Spark is told.
     *
     * @param jars      Spark's own, which processes on this machine are given; machines of a cluster have theirs
     * @param adapter   where Fluxo's few classes lie that know Spark
     * @param fluxo     Fluxo's class path, which executors load in a class loader of its own
     * @param arguments the options of this JVM
     */
    SortedMap<String, String> all(List<String> jars, String adapter, List<String> fluxo, List<String> arguments) {
        SortedMap<String, String> all = new TreeMap<>();
        all.put("spark.ui.enabled", "false");
        // an executor that does not reach the driver for half a minute ends itself, and leaves a checkpoint; only later is its trial begun elsewhere
        all.put("spark.executor.heartbeatInterval", "5s");
        all.put("spark.executor.heartbeat.maxFailures", "6");
        all.put("spark.network.timeout", "120s");
        all.put("spark.task.maxFailures", "4");
        all.put("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"));
        if (ownProcesses()) {
            all.put("spark.driver.host", "127.0.0.1");
            all.put("spark.driver.bindAddress", "127.0.0.1");
        }
        all.putAll(given);
        all.putAll(FIXED);
        all.put("spark.master", master);
        all.put("spark.app.name", "fluxo");
        all.put("spark.task.cpus", Integer.toString(threads));
        all.put("spark.fluxo.classpath", String.join(File.pathSeparator, fluxo));
        String first = master.startsWith("local-cluster") ? String.join(File.pathSeparator, jars) + File.pathSeparator : "";
        all.put(CLASS_PATH, first + adapter + (given.containsKey(CLASS_PATH) ? File.pathSeparator + given.get(CLASS_PATH) : ""));
        all.put(JVM_OPTIONS, executorOptions(arguments).stream().map(SparkSettings::quoted).collect(Collectors.joining(" "))
                + (given.containsKey(JVM_OPTIONS) ? " " + given.get(JVM_OPTIONS) : ""));
        return all;
    }

    /** Whether all processes are on this machine. */
    boolean ownProcesses() {
        return master.startsWith("local");
    }

    /** The options of this JVM that an executor's JVM is given too: all but those for sizes, the archive of classes, and debuggers. */
    static List<String> executorOptions(List<String> arguments) {
        return arguments.stream().filter(argument -> !argument.matches("-X(m[nsx]|ss).*|-XX:(Max|Min|Initial)?(RAM|Heap|New).*"
                + "|-XX:.*(SharedArchive|CreateShared).*|-Dfluxo\\.columns\\..*|-(agentlib|agentpath|javaagent|Xrun|Xdebug).*")).toList();
    }

    /** As one word of Spark's: it splits at spaces outside quotes. */
    private static String quoted(String word) {
        return word.matches("[^\\s\"'\\\\]+") ? word : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
