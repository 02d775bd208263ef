package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import org.junit.jupiter.api.BeforeAll;

/** The conformance suite on the GPU of this machine; skipped, with the reason, where there is none. */
class CudaDeviceTest extends BackendConformance {

    @BeforeAll
    static void requireDevice() {
        RealGpu.require();
    }

    @Override
    protected Backend open() {
        return RealGpu.open(Precision.F32);
    }
}
