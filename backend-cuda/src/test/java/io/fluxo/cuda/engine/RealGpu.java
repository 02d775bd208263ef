package io.fluxo.cuda.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.kernel.KernelCache;
import io.fluxo.cuda.memory.ExactMemory;
import io.fluxo.tensor.DType;
import java.nio.file.Path;

/** The backend on the GPU of this machine: what {@code device-check.sh} runs. Where there is none, tests of it are skipped with the reason. */
final class RealGpu {

    private static final Path CACHE = Path.of("target", "kernels");
    private static final CudaProvider PROVIDER = new CudaProvider("cuda", Precision.F32, CudaLibraries.here(), CACHE);

    private RealGpu() {}

    static void require() {
        if (PROVIDER.probe() instanceof Availability.Unavailable(String reason)) {
            assumeTrue(false, reason);
        }
    }

    static Backend open(Precision precision) {
        Precision products = precision == Precision.TF32 ? Precision.TF32 : Precision.F32;
        return new CudaProvider("cuda", products, CudaLibraries.here(), CACHE).open(new BackendOptions(precision == Precision.BF16 ? DType.BF16 : DType.F32, 0, 1));
    }

    /** On memory without a pool, so that compute-sanitizer sees an access beside a tensor. */
    static Backend onExactMemory(Precision precision) {
        return new CudaBackend("cuda", new Gpu(CudaLibraries.here(), 0, precision, new KernelCache(CACHE), ExactMemory::new));
    }
}
