package io.fluxo.experiments.cli;

import io.fluxo.experiments.spark.SparkSettings;
import java.nio.file.Path;
import java.util.List;

/** Where the trials of a run are trained; results do not depend on it. */
sealed interface Engine {

    /** In this process. */
    record Here() implements Engine {}

    /**
     * By Spark.
     *
     * @param jars its own
     */
    record Spark(SparkSettings settings, List<Path> jars) implements Engine {}
}
