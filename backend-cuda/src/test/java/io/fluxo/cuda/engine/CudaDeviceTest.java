package io.fluxo.cuda.engine;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.backend.Availability;
import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.cuda.driver.CudaLibraries;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The conformance suite on the GPU of this machine; skipped, with the reason, where there is none. */
class CudaDeviceTest extends BackendConformance {

    private static final CudaProvider PROVIDER = new CudaProvider(CudaLibraries.here(), Path.of("target", "kernels"));

    @BeforeAll
    static void requireDevice() {
        if (PROVIDER.probe() instanceof Availability.Unavailable(String reason)) {
            assumeTrue(false, reason);
        }
    }

    @Override
    protected Backend open() {
        return PROVIDER.open(BackendOptions.DEFAULT);
    }
}
