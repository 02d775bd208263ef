package io.fluxo.cuda.torch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.cuda.natives.Installation;
import io.fluxo.cuda.natives.Natives;
import io.fluxo.tensor.DType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** libtorch in both its types, on one thread and two, and under the checks; skipped where {@code ./fluxo install torch} has not been run. */
class TorchConformanceTest {

    private static final Installation INSTALLATION = Installation.here();

    @BeforeAll
    static void requireNatives() {
        if (INSTALLATION.of(Natives.TORCH) instanceof Installation.State.Absent(String reason)) {
            assumeTrue(false, reason);
        }
    }

    private static Backend open(DType dtype) {
        return new TorchProvider(INSTALLATION).open(new BackendOptions(dtype, 0, 1));
    }

    @Nested
    class InFloats extends BackendConformance {
        @Override
        protected Backend open() {
            return TorchConformanceTest.open(DType.F32);
        }
    }

    @Nested
    class InDoubles extends BackendConformance {
        @Override
        protected Backend open() {
            return TorchConformanceTest.open(DType.F64);
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
            return new CheckedBackend(TorchConformanceTest.open(DType.F32));
        }
    }
}
