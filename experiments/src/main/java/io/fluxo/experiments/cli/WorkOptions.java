package io.fluxo.experiments.cli;

import picocli.CommandLine.Option;

/** Options of a process that works on a shared run: all that results depend on stands in the run's folder. */
final class WorkOptions extends PluginOptions {

    @Option(names = "--jobs", paramLabel = "N", description = "trials at a time (default: as many as there are processors)")
    Integer jobs;

    @Option(names = "--threads", paramLabel = "N", description = "threads for each trial; results do not depend on it")
    Integer threads;

    @Override
    void check() {
        super.check();
        concurrent("--jobs", jobs);
        concurrent("--threads", threads);
    }
}
