package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.BackendUnavailable;
import io.fluxo.experiments.install.Installer;
import io.fluxo.experiments.install.SparkJars;
import io.fluxo.experiments.spark.SparkSettings;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Where trials are trained. */
final class EngineOptions {

    private static final String SPARK = "spark";
    private static final String HERE = "here";

    @Option(names = "--engine", paramLabel = "NAME", description = "what trains the trials: here, this process; or spark, on the machines of --master (default: here)")
    private String name;

    @Option(names = "--master", paramLabel = "URL", description = "with --engine spark: Spark's master, as local-cluster[2,1,2048] or spark://HOST:7077")
    private String master;

    @Option(names = "--spark", paramLabel = "KEY=VALUE", description = "with --engine spark: a setting of Spark's, as spark.executor.memory=4g; may be given again")
    private Map<String, String> settings = new LinkedHashMap<>();

    private final Supplier<Installer> installers;

    EngineOptions(Supplier<Installer> installers) {
        this.installers = installers;
    }

    /** @throws BadInput if these options do not belong together, or another one would do nothing with them */
    void check(boolean jobs, boolean dryRun) {
        if (name != null && !List.of(HERE, SPARK).contains(name)) {
            throw new BadInput("--engine: " + BadInput.legal("unknown engine", name, List.of(HERE, SPARK)));
        }
        if (!SPARK.equals(name)) {
            refuse(master != null, "--master does nothing without --engine spark: give both, or neither");
            refuse(!settings.isEmpty(), "--spark does nothing without --engine spark: give both, or neither");
            return;
        }
        refuse(master == null || master.isBlank(), "--engine spark: give --master URL too, as local-cluster[2,1,2048] or spark://HOST:7077");
        refuse(jobs, "--jobs does nothing with --engine spark, whose master says how many trials run at a time: leave one of them out");
        refuse(dryRun, "--engine spark does nothing with --dry-run, which measures this machine: leave one of them out");
    }

    private static void refuse(boolean wrong, String message) {
        if (wrong) {
            throw new BadInput(message);
        }
    }

    /**
     * The engine that is asked for.
     *
     * @param threads for each trial, as the user asked for them; null for the engine's own choice
     * @throws BackendUnavailable if it is not installed
     */
    Engine engine(Integer threads) {
        if (!SPARK.equals(name)) {
            return new Engine.Here();
        }
        SparkSettings spark = new SparkSettings(master, settings, Objects.requireNonNullElse(threads, 1));
        try {
            List<Path> jars = installers.get().jars(SparkJars.SPARK);
            return new Engine.Spark(spark, jars);
        } catch (BackendUnavailable absent) {
            throw new BackendUnavailable(Text.format("--engine spark: %s", absent.getMessage()), absent);
        }
    }
}
