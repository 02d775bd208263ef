package io.fluxo.cuda.engine;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.cuda.device.Gpu;
import io.fluxo.cuda.driver.CublasLt;
import io.fluxo.cuda.driver.CudaDevice;
import io.fluxo.cuda.driver.CudaException;
import io.fluxo.cuda.driver.CudaLibraries;
import io.fluxo.cuda.driver.Driver;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import io.fluxo.cuda.driver.Nvrtc;
import io.fluxo.cuda.driver.UnusableLibraryException;
import io.fluxo.cuda.kernel.KernelCache;
import io.fluxo.cuda.operation.FusedKernels;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Fluxo's own engine on NVIDIA GPUs: needs a driver, NVRTC and cuBLASLt, and nothing of Java but the JDK.
 *
 * @param name      of the backend
 * @param products  how float32 products are computed: to the last bit, or with factors rounded to TF32
 * @param libraries where CUDA's libraries are looked for
 * @param cache     where compiled kernels are kept
 */
public record CudaProvider(String name, Precision products, CudaLibraries libraries, Path cache) implements BackendProvider {

    /** The oldest architecture that the kernels are compiled for: Turing. */
    private static final int OLDEST_MAJOR = 7;
    private static final int OLDEST_MINOR = 5;
    private static final String NO_GPU = "the CUDA driver finds no GPU";

    /** What there is to compute on. */
    private record Usable(Driver driver, CudaDevice device, int devices, String compiler) {}

    @Override
    public Availability probe() {
        try {
            Usable found = usable(0);
            return new Availability.Available(Text.format("%s (compute capability %s, %d GiB), CUDA %s%s", found.device.name(), found.device.capability(),
                    found.driver.memory(0) >> 30, found.compiler, found.devices > 1 ? Text.format(", one of %d", found.devices) : ""), Set.of(DType.F32, DType.BF16),
                    FusedKernels.NAMES);
        } catch (BackendUnavailableException missing) {
            return new Availability.Unavailable(missing.getMessage());
        }
    }

    /** Device {@code index} and the libraries; the exception says what is missing. */
    private Usable usable(int index) {
        try {
            Driver driver = Driver.load(libraries);
            int count = driver.deviceCount();
            if (count == 0) {
                throw new BackendUnavailableException(NO_GPU);
            }
            if (index >= count) {
                throw new BackendUnavailableException(Text.format("there is no device %d: it has %s", index, count == 1 ? "one, 0" : "0 to " + (count - 1)));
            }
            CudaDevice device = driver.device(index);
            if (isTooOld(device)) {
                throw new BackendUnavailableException(
                        Text.format("%s has compute capability %s; %d.%d is the least", device.name(), device.capability(), OLDEST_MAJOR, OLDEST_MINOR));
            }
            String compiler = Nvrtc.load(libraries).version();
            CublasLt.require(libraries);
            return new Usable(driver, device, count, compiler);
        } catch (UnusableLibraryException absent) {
            throw new BackendUnavailableException(absent.getMessage(), absent);
        } catch (CudaException failure) {
            throw new BackendUnavailableException(failure.status() == Driver.NO_DEVICE ? NO_GPU : failure.getMessage(), failure);
        }
    }

    private static boolean isTooOld(CudaDevice device) {
        return device.major() < OLDEST_MAJOR || device.major() == OLDEST_MAJOR && device.minor() < OLDEST_MINOR;
    }

    @Override
    public boolean roundsFactors() {
        return products == Precision.TF32;
    }

    @Override
    public Backend open(BackendOptions options) {
        if (options.dtype() == DType.F64) {
            throw unavailable("it computes in f32 and bf16, not in f64; ejml does");
        }
        try {
            usable(options.device());
        } catch (BackendUnavailableException missing) {
            throw unavailable(missing.getMessage());
        }
        return new CudaBackend(name, Gpu.open(libraries, options.device(), options.dtype() == DType.BF16 ? Precision.BF16 : products, new KernelCache(cache)));
    }

    private BackendUnavailableException unavailable(String reason) {
        return new BackendUnavailableException(Text.format("the backend '%s' cannot run: %s", name, reason));
    }
}
