package io.fluxo.experiments.compare.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.row.CompareRow;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.tensor.DType;
import io.fluxo.text.Text;
import org.junit.jupiter.api.Test;

/** Every operation of simd, in every range of values, is within rounding of its exact values. {@code .ci/mutations} plants faults into its kernels against this. */
class SimdComparedTest {

    @Test
    void everyDifferenceIsRounding() {
        try (Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1)); Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1))) {
            OperationComparison comparison = new OperationComparison(simd, DType.F32, exact);
            assertThat(OperationCases.all().stream().map(comparison::compare).filter(row -> row.verdict() == CompareVerdict.BUG).map(SimdComparedTest::told)).isEmpty();
        }
    }

    private static String told(CompareRow row) {
        return Text.format("%s: %s", row.what(), row.note());
    }
}
