package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.emulator.Emulator;
import io.fluxo.cuda.kernel.KernelCache;
import io.fluxo.cuda.memory.ExactMemory;
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
        return new CudaBackend("cuda", Gpu.open(libraries(), 0, precision, cache()));
    }

    /** On memory without a pool. */
    static Backend onExactMemory() {
        return new CudaBackend("cuda", new Gpu(libraries(), 0, Precision.F32, cache(), ExactMemory::new));
    }

    static KernelCache cache() {
        return new KernelCache(Emulator.built().folder().resolve("kernels"));
    }
}
