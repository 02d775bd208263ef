package io.fluxo.experiments.cli;

import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Options of commands that compute. */
class RunOptions extends ComputingOptions {

    @Option(names = "--seed", paramLabel = "N", description = "first seed (default: 1)")
    Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "threads for each trial; results do not depend on it")
    Integer threads;

    @Option(names = "--report", paramLabel = "FILE.html", description = "a copy of the report")
    Path report;

    @Override
    void check() {
        super.check();
        concurrent("--threads", threads);
        if (report != null) {
            requireWritable("--report", report);
        }
    }

    /** @param html the page, given the folder it will lie in */
    void writeReport(Function<Path, String> html) {
        if (report != null) {
            write(report, html.apply(report.toAbsolutePath().getParent()));
        }
    }
}
