package io.fluxo.cuda.nd4j;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.cuda.driver.CudaDriver;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** nd4j on the CPU in both its types, and under the checks; skipped where {@code ./fluxo install nd4j-native} has not been run. */
class Nd4jConformanceTest {

    private static final Installation INSTALLATION = Installation.here();

    @BeforeAll
    static void requireNatives() {
        if (INSTALLATION.of(Natives.NATIVE) instanceof Installation.State.Absent(String reason)) {
            assumeTrue(false, reason);
        }
    }

    private static Backend open(DType dtype) {
        return new Nd4jProvider(Natives.NATIVE, INSTALLATION, new CudaDriver()).open(new BackendOptions(dtype, 0, 1));
    }

    @Nested
    class InFloats extends BackendConformance {
        @Override
        protected Backend open() {
            return Nd4jConformanceTest.open(DType.F32);
        }
    }

    @Nested
    class InDoubles extends BackendConformance {
        @Override
        protected Backend open() {
            return Nd4jConformanceTest.open(DType.F64);
        }

        @Override
        protected DType dtype() {
            return DType.F64;
        }
    }

    @Nested
    class Checked extends BackendConformance {
        @Override
        protected Backend open() {
            return new CheckedBackend(Nd4jConformanceTest.open(DType.F32));
        }
    }
}
