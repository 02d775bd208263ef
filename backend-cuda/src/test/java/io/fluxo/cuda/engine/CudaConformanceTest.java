package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import org.junit.jupiter.api.Nested;

/**
 * The GPU engine and its kernels, on the emulator; skipped where there is no g++. Once more under the checks and without a pool of memory, so that an access beside a tensor or after
 * its end is an error.
 */
class CudaConformanceTest {

    @Nested
    class InFloats extends BackendConformance {
        @Override
        protected Backend open() {
            return EmulatedGpu.open(Precision.F32);
        }
    }

    @Nested
    class CheckedOnExactMemory extends BackendConformance {
        @Override
        protected Backend open() {
            return new CheckedBackend(EmulatedGpu.onExactMemory());
        }
    }
}
