package io.fluxo.cpu;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.tensor.DType;
import org.junit.jupiter.api.Nested;

/** The fast backend on one thread and on several. */
class SimdConformanceTest {

    @Nested
    class OneThread extends BackendConformance {
        @Override
        protected Backend open() {
            return new SimdProvider().open(BackendOptions.DEFAULT);
        }
    }

    @Nested
    class ThreeThreads extends BackendConformance {
        @Override
        protected Backend open() {
            return new SimdProvider().open(new BackendOptions(DType.F32, 0, 3));
        }
    }
}
