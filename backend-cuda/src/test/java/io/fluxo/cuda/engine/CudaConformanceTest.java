package io.fluxo.cuda.engine;

import io.fluxo.backend.Backend;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.cuda.driver.MatrixProduct.Precision;
import org.junit.jupiter.api.Nested;

/** The GPU engine and its kernels, on the emulator, by itself and under the checks; skipped where there is no g++. */
class CudaConformanceTest {

    @Nested
    class InFloats extends BackendConformance {
        @Override
        protected Backend open() {
            return EmulatedGpu.open(Precision.F32);
        }
    }

    @Nested
    class Checked extends BackendConformance {
        @Override
        protected Backend open() {
            return new CheckedBackend(EmulatedGpu.open(Precision.F32));
        }
    }
}
