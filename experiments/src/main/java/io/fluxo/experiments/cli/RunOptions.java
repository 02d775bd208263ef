package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Options of commands that compute. An option that was not given is null, so that {@code --resume} can tell it from one that was. */
class RunOptions extends ResultOptions {

    static final String DEFAULT_BACKEND = "simd";

    private static final List<String> DTYPES = List.of("f32", "f64", "bf16");

    @Option(names = "--backend", paramLabel = "NAME", description = "backend to compute with (default: simd)")
    String backend;

    @Option(names = "--dtype", paramLabel = "TYPE", description = "f32, f64 or bf16, where the backend has it (default: f32)")
    String dtype;

    @Option(names = "--device", paramLabel = "K", description = "number of the device (default: 0)")
    Integer device;

    @Option(names = "--seed", paramLabel = "N", description = "first seed (default: 1)")
    Long seed;

    @Option(names = "--threads", paramLabel = "N", description = "threads for each trial; results do not depend on it (but for the last digits on torch)")
    Integer threads;

    @Option(names = "--report", paramLabel = "FILE.html", description = "a copy of the report")
    Path report;

    @Override
    void check() {
        super.check();
        concurrent("--threads", threads);
        atLeast("--device", device, 0);
        if (dtype != null && !DTYPES.contains(dtype)) {
            throw new BadInput("--dtype: " + BadInput.legal("unknown type", dtype, DTYPES));
        }
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
