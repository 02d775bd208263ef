package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import org.junit.jupiter.api.BeforeAll;

/** Replays on the GPU of this machine; skipped, with the reason, where there is none. */
class CudaDeviceRoutineTest extends CudaRoutineTest {

    @BeforeAll
    static void requireDevice() {
        RealGpu.require();
    }

    @Override
    Backend open(Precision precision) {
        return RealGpu.open(precision);
    }
}
