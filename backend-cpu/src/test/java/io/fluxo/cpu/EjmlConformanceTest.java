package io.fluxo.cpu;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.CheckedBackend;
import io.fluxo.conformance.BackendConformance;
import io.fluxo.conformance.ComposedKernels;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.tensor.DType;
import org.junit.jupiter.api.Nested;

/** The oracle in both its types, and under the checks with kernels made of its own compositions. */
class EjmlConformanceTest {

    @Nested
    class InDoubles extends BackendConformance {
        @Override
        protected Backend open() {
            return new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
        }

        @Override
        protected DType dtype() {
            return DType.F64;
        }
    }

    @Nested
    class InFloats extends BackendConformance {
        @Override
        protected Backend open() {
            return new EjmlProvider().open(BackendOptions.DEFAULT);
        }
    }

    @Nested
    class Checked extends BackendConformance {
        @Override
        protected Backend open() {
            return new CheckedBackend(new ComposedKernels(new EjmlProvider().open(BackendOptions.DEFAULT)));
        }
    }
}
