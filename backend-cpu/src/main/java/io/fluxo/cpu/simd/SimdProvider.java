package io.fluxo.cpu.simd;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.BackendProvider;
import io.fluxo.backend.BackendUnavailableException;
import io.fluxo.cpu.simd.fused.FusedKernels;
import io.fluxo.cpu.simd.vector.Lanes;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import java.util.Set;

/** {@code simd}: float32 on any CPU, where the JVM was started with the Vector API's module. */
public final class SimdProvider implements BackendProvider {

    private static final String MODULE = "jdk.incubator.vector";
    private static final String WITHOUT_MODULE = "the JVM runs without the Vector API: start it with --add-modules " + MODULE;

    private static boolean hasModule() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    @Override
    public Availability probe() {
        if (!hasModule()) {
            return new Availability.Unavailable(WITHOUT_MODULE);
        }
        return new Availability.Available(Text.format("CPU, vectors of %d bits", Lanes.L * Float.SIZE), Set.of(DType.F32), FusedKernels.NAMES);
    }

    @Override
    public boolean onHeap() {
        return true;
    }

    @Override
    public Backend open(BackendOptions options) {
        if (!hasModule()) {
            throw new BackendUnavailableException("simd cannot run: " + WITHOUT_MODULE + ", or use the backend 'ejml', which needs no flag");
        }
        if (options.dtype() != DType.F32) {
            throw new BackendUnavailableException("the backend 'simd' computes in f32, not in " + options.dtype().label());
        }
        if (options.device() != 0) {
            throw new BackendUnavailableException("simd has one device, 0: there is no device " + options.device());
        }
        return new SimdBackend(options.threads());
    }
}
