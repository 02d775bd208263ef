package io.fluxo.experiments.cli;

import io.fluxo.experiments.BadInput;
import io.fluxo.experiments.study.run.BackendChoice;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which backend computes. An option that was not given is null, so that {@code --resume} can tell it from one that was. */
class ComputingOptions extends ResultOptions {

    static final String DEFAULT_BACKEND = "simd";

    private static final List<String> DTYPES = List.of("f32", "f64", "bf16");

    @Option(names = "--backend", paramLabel = "NAME", description = "backend to compute with (default: simd)")
    String backend;

    @Option(names = "--dtype", paramLabel = "TYPE", description = "f32, f64 or bf16, where the backend has it (default: f32)")
    String dtype;

    @Option(names = "--device", paramLabel = "K", description = "number of the device (default: 0)")
    Integer device;

    @Override
    void check() {
        super.check();
        atLeast("--device", device, 0);
        if (dtype != null && !DTYPES.contains(dtype)) {
            throw new BadInput("--dtype: " + BadInput.legal("unknown type", dtype, DTYPES));
        }
    }

    final BackendChoice choice(int threads) {
        return new BackendChoice(Objects.requireNonNullElse(backend, DEFAULT_BACKEND), Optional.ofNullable(dtype), Objects.requireNonNullElse(device, 0), threads);
    }
}
