package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.emulator.Emulator;
import io.fluxo.cuda.kernel.KernelCache;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The backend on the emulator. Compiled kernels are kept beside it. */
final class EmulatedGpu {

    private EmulatedGpu() {}

    static CudaLibraries libraries() {
        return new CudaLibraries(List.of(Emulator.built().folder()), Map.of(), Path.of("/nowhere"));
    }

    static Backend open(Precision precision) {
        return new CudaBackend(Gpu.open(libraries(), 0, precision, cache()));
    }

    static KernelCache cache() {
        return new KernelCache(Emulator.built().folder().resolve("kernels"));
    }
}
