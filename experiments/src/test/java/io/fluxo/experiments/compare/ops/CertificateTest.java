package io.fluxo.experiments.compare.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.fluxo.backend.Backend;
import io.fluxo.backend.BackendOptions;
import io.fluxo.backend.DelegatingBackend;
import io.fluxo.cpu.ejml.EjmlProvider;
import io.fluxo.cpu.simd.SimdProvider;
import io.fluxo.experiments.compare.row.CompareVerdict;
import io.fluxo.op.FusedOp;
import io.fluxo.op.Ops;
import io.fluxo.op.PrimitiveOp;
import io.fluxo.tensor.DType;
import io.fluxo.tensor.HostArray;
import io.fluxo.tensor.Tensor;
import io.fluxo.text.Text;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every kind of fault is found where it has a place, and nothing is said of it where it has none. */
class CertificateTest {

    private final Backend exact = new EjmlProvider().open(new BackendOptions(DType.F64, 0, 1));
    private final Backend simd = new SimdProvider().open(new BackendOptions(DType.F32, 0, 1));

    @AfterEach
    void close() {
        simd.close();
        exact.close();
    }

    private static List<OperationCase> cases(String... operations) {
        return OperationCases.all().stream().filter(one -> List.of(operations).contains(one.operation())).toList();
    }

    private static boolean isSmall(OperationCase one) {
        return one.inputs().stream().mapToInt(HostArray::elements).sum() < 600;
    }

    /** {@code softmax/forward LAST_TERM} → the smallest ε that is found. */
    private Map<String, OptionalDouble> certificate(Backend backend, String... operations) {
        return Certificate.of(backend, DType.F32, exact, cases(operations).stream().filter(CertificateTest::isSmall).toList()).stream()
                .collect(Collectors.toMap(line -> Text.format("%s %s", line.what(), line.fault()), Certificate.Line::smallest));
    }

    @Test
    void eachKindOfFaultIsFoundWhereItHasAPlaceAndIsNotTriedElsewhere() {
        Map<String, OptionalDouble> found = certificate(simd, "add", "exp", "sum", "max", "scatterAdd", "softmax", "layerNorm", "linear", "attention");
        assertThat(found.keySet()).containsExactlyInAnyOrder(
                "add/forward SCALED", "add/forward LAST_ELEMENT",
                "exp/forward SCALED", "exp/forward LAST_ELEMENT", "exp/forward FAST_EXP",
                "sum/forward SCALED", "sum/forward LAST_ELEMENT", "sum/forward LAST_TERM",
                "max/forward SCALED", "max/forward LAST_ELEMENT", "max/forward LAST_TERM",
                "scatterAdd/forward SCALED", "scatterAdd/forward LAST_ELEMENT", "scatterAdd/forward LAST_TERM",
                "softmax/forward SCALED", "softmax/forward LAST_ELEMENT", "softmax/forward LAST_TERM", "softmax/forward FAST_EXP",
                "softmax/gradient SCALED", "softmax/gradient LAST_ELEMENT", "softmax/gradient LAST_TERM", "softmax/gradient FAST_EXP",
                "layerNorm/forward SCALED", "layerNorm/forward LAST_ELEMENT", "layerNorm/forward LAST_TERM", "layerNorm/forward WRONG_EPS",
                "layerNorm/gradient SCALED", "layerNorm/gradient LAST_ELEMENT", "layerNorm/gradient LAST_TERM", "layerNorm/gradient WRONG_EPS",
                "linear/forward SCALED", "linear/forward LAST_ELEMENT", "linear/forward LAST_TERM",
                "linear/gradient SCALED", "linear/gradient LAST_ELEMENT", "linear/gradient LAST_TERM", "linear/gradient TRANSPOSED",
                "attention/forward SCALED", "attention/forward LAST_ELEMENT", "attention/forward LAST_TERM", "attention/forward FAST_EXP", "attention/forward MASK_ROW",
                "attention/gradient SCALED", "attention/gradient LAST_ELEMENT", "attention/gradient LAST_TERM", "attention/gradient FAST_EXP", "attention/gradient MASK_ROW",
                "attention/gradient TRANSPOSED");
        assertThat(found).allSatisfy((what, smallest) -> assertThat(smallest.orElseThrow()).as(what).isLessThanOrEqualTo(what.endsWith("WRONG_EPS") ? 0.5 : 0x1p-10));
        assertThat(found.get("add/forward SCALED").orElseThrow()).isLessThanOrEqualTo(0x1p-22);
    }

    /** Where the variance is small beside it; among ordinary values, where it is a hundred-thousandth of the variance, narrow rows alone show it. */
    @Test
    void aWrongEpsOfTwiceTheSizeIsABugOfTheNorm() {
        OperationComparison doubled = new OperationComparison(Fault.WRONG_EPS.in(simd, "layerNorm", false, 1), DType.F32, exact);
        OperationComparison right = new OperationComparison(Fault.WRONG_EPS.in(simd, "layerNorm", false, 0), DType.F32, exact);
        assertThat(cases("layerNorm")).filteredOn(one -> one.what().startsWith("layerNorm/forward/tiny") && one.what().contains("affine=false")).hasSize(3).allSatisfy(one -> {
            assertThat(doubled.compare(one).verdict()).isEqualTo(CompareVerdict.BUG);
            assertThat(right.compare(one).verdict()).isEqualTo(CompareVerdict.NOISE);
        });
    }

    @Test
    void aBackendWithoutKernelsIsCertifiedByItsCompositions() {
        assertThat(certificate(exact, "softmax")).hasSize(8).allSatisfy((what, smallest) -> assertThat(smallest).as(what).isPresent());
    }

    @Test
    void whatIsWrongOrMissingWithoutAFaultIsNotCertified() {
        Backend off = new DelegatingBackend("off", simd) {
            @Override
            public Tensor execute(PrimitiveOp op, Tensor... inputs) {
                return switch (op) {
                    case PrimitiveOp.Add _ -> new Ops(inner).scale(inner.execute(op, inputs), 1.01);
                    case PrimitiveOp.Sub _ -> throw new UnsupportedOperationException("no sub here");
                    default -> inner.execute(op, inputs);
                };
            }

            @Override
            public boolean fuses(FusedOp op) {
                return false;
            }
        };
        assertThat(certificate(off, "add", "sub", "mul").keySet()).containsExactlyInAnyOrder("mul/forward SCALED", "mul/forward LAST_ELEMENT");
    }
}
