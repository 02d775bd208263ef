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
 * @param libraries where CUDA's libraries are looked for
 * @param cache     where compiled kernels are kept
 */
public record CudaProvider(CudaLibraries libraries, Path cache) implements BackendProvider {

    /** The oldest architecture that the kernels are compiled for: Turing. */
    private static final int OLDEST_MAJOR = 7;
    private static final int OLDEST_MINOR = 5;

    @Override
    public Availability probe() {
        try {
            Driver driver = Driver.load(libraries);
            int count = driver.deviceCount();
            if (count == 0) {
                return new Availability.Unavailable("the CUDA driver finds no GPU");
            }
            CudaDevice device = driver.device(0);
            if (isTooOld(device)) {
                return new Availability.Unavailable(tooOld(device));
            }
            String compiler = Nvrtc.load(libraries).version();
            CublasLt.require(libraries);
            return new Availability.Available(Text.format("%s (compute capability %s, %d GiB), CUDA %s%s", device.name(), device.capability(), driver.memory(0) >> 30, compiler,
                    count > 1 ? Text.format(", one of %d", count) : ""), Set.of(DType.F32, DType.BF16), FusedKernels.NAMES);
        } catch (UnusableLibraryException absent) {
            return new Availability.Unavailable(absent.getMessage());
        } catch (CudaException failure) {
            return new Availability.Unavailable(failure.status() == Driver.NO_DEVICE ? "the CUDA driver finds no GPU" : failure.getMessage());
        }
    }

    private static boolean isTooOld(CudaDevice device) {
        return device.major() < OLDEST_MAJOR || device.major() == OLDEST_MAJOR && device.minor() < OLDEST_MINOR;
    }

    private static String tooOld(CudaDevice device) {
        return Text.format("%s has compute capability %s; %d.%d is the least", device.name(), device.capability(), OLDEST_MAJOR, OLDEST_MINOR);
    }

    @Override
    public Backend open(BackendOptions options) {
        if (options.dtype() == DType.F64) {
            throw unavailable("it computes in f32 and bf16, not in f64; ejml does");
        }
        if (probe() instanceof Availability.Unavailable(String reason)) {
            throw unavailable(reason);
        }
        int count = Driver.load(libraries).deviceCount();
        if (options.device() >= count) {
            throw unavailable(Text.format("there is no device %d: it has %s", options.device(), count == 1 ? "one, 0" : "0 to " + (count - 1)));
        }
        CudaDevice device = Driver.load(libraries).device(options.device());
        if (isTooOld(device)) {
            throw unavailable(tooOld(device));
        }
        return new CudaBackend(Gpu.open(libraries, options.device(), options.dtype() == DType.BF16 ? Precision.BF16 : Precision.F32, new KernelCache(cache)));
    }

    private static BackendUnavailableException unavailable(String reason) {
        return new BackendUnavailableException("the backend 'cuda' cannot run: " + reason);
    }
}
